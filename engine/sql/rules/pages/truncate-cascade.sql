-- CASCADE empties every table that refers to this one
--
-- All tables with a foreign key to it, and those that refer to them, lose every row, each under
-- ACCESS EXCLUSIVE. The text does not show which.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
-- bad
TRUNCATE users CASCADE;
