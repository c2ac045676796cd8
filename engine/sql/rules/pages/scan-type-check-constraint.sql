-- A CHECK on the column is verified again
--
-- Even when the change of the type itself costs nothing, every CHECK that mentions the column is
-- verified against all rows, under ACCESS EXCLUSIVE.
--
-- Drop the CHECK before, add it again NOT VALID afterwards, and validate it.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name varchar(20),
    CONSTRAINT users_name_check CHECK (name <> ''));
-- bad
ALTER TABLE users ALTER COLUMN name TYPE varchar(50);
-- good
ALTER TABLE users DROP CONSTRAINT users_name_check;
ALTER TABLE users ALTER COLUMN name TYPE varchar(50);
ALTER TABLE users ADD CONSTRAINT users_name_check CHECK (name <> '') NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_name_check;
