-- Concurrent builds of PostgreSQL 14.0 to 14.3 may lose rows
--
-- CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY could leave out rows that were changed
-- meanwhile, without a word. 14.4 mends that; indexes that were built before need a REINDEX.
--! versions: 14
--! unseen: it takes a server of these versions
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
CREATE INDEX CONCURRENTLY users_email ON users (email);
