-- A short timeout ends a concurrent build half-way
--
-- CONCURRENTLY waits for every older transaction, also those that never touch the table, and
-- blocks nobody meanwhile. lock_timeout and statement_timeout cancel it all the same, and an
-- invalid index stays behind, which every write has to maintain and no query uses.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
SET lock_timeout = '1s';
CREATE INDEX CONCURRENTLY users_email ON users (email);
-- good
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY users_email ON users (email);
