-- An UNLOGGED table is empty after a crash
--
-- It is not written to the WAL, so replicas and backups do not have its rows either.
-- bad
CREATE UNLOGGED TABLE sessions (id bigint PRIMARY KEY);
-- good
CREATE TABLE sessions (id bigint PRIMARY KEY);
