-- The limit comes too late
--
-- A setting works for the statements behind it.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users ADD COLUMN a int;
SET lock_timeout = '2s';
-- good
SET lock_timeout = '2s';
ALTER TABLE users ADD COLUMN a int;
