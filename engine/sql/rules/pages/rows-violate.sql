-- Rows that are there stand in the way
--
-- With --rows, zdm check asks the database for one row that the statement fails on: NULL in a column
-- that becomes NOT NULL, a value that a CHECK refuses, a reference to a row that is not there, two
-- rows with one key, a row outside the bound of a partition, a value that the new type does not take.
-- It is looked for in a read-only transaction, and named by its primary key.
--
-- On production the statement would hold its lock until it finds that row, and then fail. NOT VALID
-- and VALIDATE keep the lock weak, but do not get past the row either.
--! unseen: it takes rows, and --rows to read them
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users VALUES (1, NULL);
-- bad
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
-- good
UPDATE users SET email = '' WHERE id = 1 AND email IS NULL;
