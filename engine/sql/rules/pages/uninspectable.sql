-- What this does is decided when it runs
--
-- A DO block, a procedure, EXECUTE or a command of psql may do anything. Nothing is known of it,
-- so zdm check does not pass over it in silence. --trace runs it on a copy of the schema; plain
-- statements need no trace.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
DO $$ BEGIN EXECUTE 'ALTER TABLE users ADD COLUMN a int'; END $$;
-- good
ALTER TABLE users ADD COLUMN a int;
