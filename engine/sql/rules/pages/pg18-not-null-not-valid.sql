-- A NOT NULL constraint that is NOT VALID is validated, not set
--
-- PostgreSQL 18 can add a NOT NULL constraint as NOT VALID, in a moment. SET NOT NULL on the column
-- then makes it valid by reading the whole table under ACCESS EXCLUSIVE. VALIDATE CONSTRAINT reads
-- the table as well, but blocks nobody.
--! versions: 18-
--! catalog
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
ALTER TABLE users ADD CONSTRAINT users_email_not_null NOT NULL email NOT VALID;
-- bad
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
-- good
ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null;
