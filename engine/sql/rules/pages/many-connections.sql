-- Hardly a connection is free
--
-- While the statement waits for its lock on the table, every query on it waits behind, each with a
-- connection of its own. When 80 percent are in use already, the rest is soon taken, and clients that
-- never touch this table are refused (53300).
--
-- Counted are the clients of all databases, against max_connections without those that are reserved.
-- A pool in front of PostgreSQL moves the queue there. It is said once a text, with --db only.
--! unseen: it takes eighty other sessions
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
ALTER TABLE users ADD COLUMN token text;
-- good
-- when fewer are connected
SET lock_timeout = '500ms';
ALTER TABLE users ADD COLUMN token text;
