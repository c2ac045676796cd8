-- Subscribers know the rows by this index
--
-- It is the table's REPLICA IDENTITY. Without it UPDATE and DELETE of a published table fail
-- with 55000. Give the table another identity first.
-- setup
CREATE TABLE users (email text NOT NULL);
CREATE UNIQUE INDEX users_email ON users (email);
ALTER TABLE users REPLICA IDENTITY USING INDEX users_email;
CREATE PUBLICATION changes FOR TABLE users;
-- bad
DROP INDEX CONCURRENTLY users_email;
-- good
ALTER TABLE users REPLICA IDENTITY FULL;
