-- INSERTs that leave the column out fail without its default
--
-- A NOT NULL column lives by its default as long as any running code does not know it. Some
-- frameworks add a column with a default and drop the default at once, in the same migration:
-- every INSERT of the old code fails with 23502 from then on.
--
-- Keep the default until the old code is gone.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';
ALTER TABLE users ALTER COLUMN plan DROP DEFAULT;
-- good
ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';
