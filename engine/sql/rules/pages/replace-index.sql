-- Between the old index and the new one there is none
--
-- Queries that live by the index read the whole table from the DROP until the new one is built.
-- Build the new one first, under another name, and drop the old one then.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE INDEX users_email ON users (email);
-- bad
DROP INDEX CONCURRENTLY users_email;
CREATE INDEX CONCURRENTLY users_email_name ON users (email, id);
-- good
CREATE INDEX CONCURRENTLY users_email_name ON users (email, id);
DROP INDEX CONCURRENTLY users_email;
