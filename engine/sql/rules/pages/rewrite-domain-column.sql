-- A column of a domain with a constraint rewrites the table
--
-- Even where every row gets NULL, PostgreSQL checks the domain's constraint by writing the table
-- anew, under ACCESS EXCLUSIVE. A domain without constraints costs nothing.
--
-- The base type with a CHECK that is added NOT VALID and validated afterwards says the same.
-- setup
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
-- bad
ALTER TABLE users ADD COLUMN address email;
-- good
ALTER TABLE users ADD COLUMN address text;
ALTER TABLE users ADD CONSTRAINT users_address_check CHECK (address LIKE '%@%') NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_address_check;
