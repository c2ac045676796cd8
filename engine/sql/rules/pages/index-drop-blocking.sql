-- DROP INDEX locks its table against everything
--
-- ACCESS EXCLUSIVE on the table for a moment, and whoever comes meanwhile waits behind it.
-- CONCURRENTLY waits instead of making others wait; it cannot run in a transaction.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE INDEX users_email ON users (email);
-- bad
DROP INDEX users_email;
-- good
DROP INDEX CONCURRENTLY users_email;
