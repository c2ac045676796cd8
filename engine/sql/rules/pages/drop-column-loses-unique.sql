-- A UNIQUE constraint goes with the column
--
-- A constraint or index over several columns is dropped without a word when one of them goes.
-- The rest is not unique any more, and queries lose their index.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, tenant int, email text, CONSTRAINT users_email_key UNIQUE (tenant, email));
-- bad
ALTER TABLE users DROP COLUMN tenant;
-- good
CREATE UNIQUE INDEX CONCURRENTLY users_email_alone ON users (email);
