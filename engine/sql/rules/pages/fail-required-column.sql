-- A required column without a default fails on a table that has rows
--
-- The rows that are there would have NULL in it: the statement ends with 23502. On an empty
-- table it succeeds, and then running code fails whose INSERTs do not name the column.
--
-- Add it without NOT NULL, let new code write it, fill the old rows, and make it NOT NULL then.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO users VALUES (1, 'ann');
ANALYZE users;
-- bad
ALTER TABLE users ADD COLUMN email text NOT NULL;
-- good
ALTER TABLE users ADD COLUMN email text;
