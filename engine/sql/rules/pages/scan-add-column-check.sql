-- A CHECK beside a new column scans the table
--
-- Adding a column is instant, but the CHECK that comes with it is verified against every row,
-- under ACCESS EXCLUSIVE, although every row has the same value in the new column.
--
-- In two statements it is a moment each, and the validation lets everybody read and write.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad
ALTER TABLE orders ADD COLUMN priority int DEFAULT 0 CHECK (priority >= 0);
-- good
ALTER TABLE orders ADD COLUMN priority int DEFAULT 0;
ALTER TABLE orders ADD CONSTRAINT orders_priority_check CHECK (priority >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_priority_check;
