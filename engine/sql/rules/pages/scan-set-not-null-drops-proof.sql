-- The proof is dropped before it could be used
--
-- In one ALTER TABLE PostgreSQL drops first, whatever the order of the text: the CHECK that
-- would spare the scan is gone when SET NOT NULL looks for it. The table is scanned under ACCESS
-- EXCLUSIVE. Two statements cost nothing.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text,
    CONSTRAINT users_email_not_null CHECK (email IS NOT NULL));
-- bad
ALTER TABLE users ALTER COLUMN email SET NOT NULL, DROP CONSTRAINT users_email_not_null;
-- good
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_email_not_null;
