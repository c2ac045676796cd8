-- LOGGED and UNLOGGED rewrite the table
--
-- The table and its indexes are written anew under ACCESS EXCLUSIVE, and LOGGED writes all of it
-- to the WAL. An UNLOGGED table is empty after a crash and does not exist on replicas.
-- setup
CREATE TABLE sessions (id bigint PRIMARY KEY);
-- bad
ALTER TABLE sessions SET UNLOGGED;
