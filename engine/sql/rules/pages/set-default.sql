-- Another default takes effect at once
--
-- Rows that are there do not change. But code that runs, and leaves the column out, writes the
-- new value from this moment, and an ORM that remembers the old default goes on writing that.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, plan text DEFAULT 'free');
-- bad
ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'trial';
