-- Code that still uses the old name fails
--
-- The rename itself takes a moment. But old and new code run at the same time during a deploy,
-- and there is no moment at which both find their name. Views keep working: they know the column
-- by its number.
--
-- Add a column with the new name, keep both in step by a trigger, copy the old rows, and drop
-- the old column when no code uses it. zdm has a recipe for it.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
ALTER TABLE users RENAME COLUMN email TO email_address;
-- good
ALTER TABLE users ADD COLUMN email_address text;
