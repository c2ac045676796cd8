-- Code that still uses the table fails, and the data is gone
--
-- Beside the table, every table that it refers to by a foreign key is locked with ACCESS
-- EXCLUSIVE: dropping an unused table can stop a busy one. Dropping a partition locks its
-- parent.
--
-- When no code uses it: drop its foreign keys one by one, each with a short lock_timeout, rename
-- the table aside, wait, and drop it then.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE sessions (id bigint PRIMARY KEY, user_id bigint CONSTRAINT sessions_user_id_fkey REFERENCES users);
-- bad
DROP TABLE sessions;
-- good
ALTER TABLE sessions DROP CONSTRAINT sessions_user_id_fkey;
