-- UNIQUE or PRIMARY KEY on a new column builds an index that blocks everybody
--
-- The index is built over all rows while nobody can read or write the table, although the column
-- is still empty.
--
-- Add the column alone, build the unique index CONCURRENTLY, and make it a constraint.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users ADD COLUMN email text UNIQUE;
-- good
ALTER TABLE users ADD COLUMN email text;
CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
