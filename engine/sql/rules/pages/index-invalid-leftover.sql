-- An invalid index is left on the table
--
-- A concurrent build that failed left it: every write maintains it, no query uses it. DROP INDEX
-- CONCURRENTLY takes it away, REINDEX INDEX CONCURRENTLY builds it anew.
--! catalog
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE INDEX users_email_old ON users (email);
-- as a build that failed leaves it
UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = 'users_email_old'::regclass;
-- bad
CREATE INDEX CONCURRENTLY users_email ON users (email);
