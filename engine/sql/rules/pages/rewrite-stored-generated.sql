-- A stored generated column rewrites the table
--
-- The value of every row is computed and stored at once: the table and its indexes are written
-- anew under ACCESS EXCLUSIVE. It does not help that the expression is simple.
--
-- PostgreSQL 18 has VIRTUAL generated columns, which are computed when they are read and cost
-- nothing to add. Before, a plain column that a trigger keeps up to date is filled in batches.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, net numeric NOT NULL, tax numeric NOT NULL);
-- bad
ALTER TABLE orders ADD COLUMN total numeric GENERATED ALWAYS AS (net + tax) STORED;
-- good
ALTER TABLE orders ADD COLUMN total numeric;
