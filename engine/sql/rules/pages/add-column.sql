-- A new column takes a moment
--
-- A column with no default, or with one that is the same for all rows, changes only the catalog,
-- under ACCESS EXCLUSIVE for a moment: with a short lock_timeout and retries nobody notices. On
-- a parent it locks every child. Prepared statements that select all columns fail once, and an
-- INSERT ... SELECT * between two tables of the same shape fails from then on.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users ADD COLUMN email text;
