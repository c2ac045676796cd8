-- IF NOT EXISTS takes an invalid index for a good one
--
-- A build that failed leaves its index behind, invalid. Tried again with IF NOT EXISTS the
-- statement says only that the name exists, and the migration counts as done. zdm run looks at
-- the index itself.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email ON users (email);
-- good
CREATE INDEX CONCURRENTLY users_email ON users (email);
