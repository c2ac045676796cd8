-- Code that still uses the column fails
--
-- Between the migration and the last old process that ends, both run at the same time: every
-- query that names the column fails with 42703, and so does every ORM that lists all columns it
-- knew at its start. The data is gone at once. Indexes, constraints and statistics that contain
-- the column go with it without a word, also those of several columns.
--
-- First deploy code that does not know the column. If it is NOT NULL without a default, INSERTs
-- that leave it out need the constraint gone before that.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, nickname text NOT NULL);
-- bad
ALTER TABLE users DROP COLUMN nickname;
-- good
ALTER TABLE users ALTER COLUMN nickname DROP NOT NULL;
