-- ADD CHECK scans the table under ACCESS EXCLUSIVE
--
-- Every row is verified while nobody can read or write the table.
--
-- NOT VALID leaves the old rows out and takes a moment; new rows are checked from then on.
-- VALIDATE CONSTRAINT, in a transaction of its own, reads the table while everybody works.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
-- bad
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0);
-- good
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
