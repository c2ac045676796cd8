-- Code that still writes or compares the old value fails
--
-- Every row shows the new name at once, without a rewrite, and the old one is no value of the
-- type any more (22P02).
--
-- Add the new value, let new code write it, change the old rows in batches, and stop using the
-- old one. PostgreSQL cannot drop a value.
-- setup
CREATE TYPE mood AS ENUM ('good', 'bad');
-- bad
ALTER TYPE mood RENAME VALUE 'good' TO 'fine';
-- good
ALTER TYPE mood ADD VALUE 'fine';
