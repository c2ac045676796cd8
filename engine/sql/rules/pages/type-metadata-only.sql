-- This change of a type costs nothing
--
-- The old values are good values of the new type as they are: only the catalog changes, under
-- ACCESS EXCLUSIVE for a moment. Prepared statements that return the column fail once with
-- "cached plan must not change result type".
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name varchar(20));
-- bad
ALTER TABLE users ALTER COLUMN name TYPE varchar(50);
