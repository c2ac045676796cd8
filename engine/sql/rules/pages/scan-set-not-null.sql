-- SET NOT NULL scans the table under ACCESS EXCLUSIVE
--
-- Every row is looked at while nobody can read or write the table. On a partitioned table that
-- is every partition.
--
-- Since PostgreSQL 12 the scan is left out when a validated CHECK proves that there is no NULL.
-- Such a CHECK can be had without blocking: NOT VALID first, then VALIDATE, which lets everybody
-- work. The CHECK may go afterwards, in a statement of its own. PostgreSQL 18 has NOT NULL
-- constraints that are NOT VALID, which do the same.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
-- good
ALTER TABLE users ADD CONSTRAINT users_email_not_null CHECK (email IS NOT NULL) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null;
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_email_not_null;
