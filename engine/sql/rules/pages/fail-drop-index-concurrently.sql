-- DROP INDEX CONCURRENTLY takes one index and no CASCADE
--
-- With several names, or with CASCADE, it ends with 0A000.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
CREATE INDEX users_email ON users (email);
CREATE INDEX users_name ON users (name);
-- bad
DROP INDEX CONCURRENTLY users_email, users_name;
-- good
DROP INDEX CONCURRENTLY users_email;
DROP INDEX CONCURRENTLY users_name;
