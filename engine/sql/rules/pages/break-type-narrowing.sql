-- The new type holds less than the old one
--
-- A value that does not fit makes the statement fail after it has worked through part of the
-- table, and from then on running code fails that writes such a value.
--
-- A CHECK that is added NOT VALID and validated tells beforehand, and blocks nobody.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50));
-- bad
ALTER TABLE users ALTER COLUMN name TYPE varchar(20);
-- good
ALTER TABLE users ADD CONSTRAINT users_name_short CHECK (length(name) <= 20) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_name_short;
