-- The same table is locked again and again
--
-- Each statement that takes a strong lock waits for all older transactions on the table, and
-- makes everybody behind it wait. Changes that take a moment can share one ALTER TABLE.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users ADD COLUMN a int;
ALTER TABLE users ADD COLUMN b int;
ALTER TABLE users ADD COLUMN c int;
ALTER TABLE users ADD COLUMN d int;
ALTER TABLE users ADD COLUMN e int;
-- good
ALTER TABLE users ADD COLUMN a int, ADD COLUMN b int, ADD COLUMN c int, ADD COLUMN d int;
