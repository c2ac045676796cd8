-- The index belongs to a constraint
--
-- It cannot be dropped by itself (2BP01); the constraint is what to drop.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text CONSTRAINT users_email_key UNIQUE);
-- bad
DROP INDEX CONCURRENTLY users_email_key;
-- good
ALTER TABLE users DROP CONSTRAINT users_email_key;
