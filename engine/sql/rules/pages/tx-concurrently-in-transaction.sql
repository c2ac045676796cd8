-- CONCURRENTLY cannot run in a transaction
--
-- It waits for other transactions and commits in between, so it fails with 25001 inside BEGIN,
-- in a migration that its tool wraps in a transaction, and beside other statements in one
-- string.
--! wrap: always
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
CREATE INDEX CONCURRENTLY users_email ON users (email);
