-- Run on a copy of the schema, it locked and worked
--
-- What a DO block or a function does cannot be read from its text. --trace ran it on a copy of
-- the schema and saw a table being rewritten, read or locked against others.
--! traced
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
DO $$ BEGIN EXECUTE 'ALTER TABLE users ADD COLUMN a float8 DEFAULT random()'; END $$;
-- good
ALTER TABLE users ADD COLUMN a float8;
