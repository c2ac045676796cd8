-- Prepared statements fail once
--
-- A statement that was prepared before and returns the column ends with "cached plan must not
-- change result type" (0A000) when it is run next, also when only a length grew. Drivers and
-- poolers that keep prepared statements pass the error on; inside a transaction it cannot simply
-- be tried again.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name varchar(20));
-- bad
ALTER TABLE users ALTER COLUMN name TYPE varchar(50);
