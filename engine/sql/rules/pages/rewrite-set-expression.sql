-- Another expression of a generated column rewrites the table
--
-- The value of every row is computed again: the table and its indexes are written anew under ACCESS
-- EXCLUSIVE, and foreign keys of the column are validated again.
--
-- SET EXPRESSION came with PostgreSQL 17. Of a virtual column (PostgreSQL 18) nothing is stored, and
-- nothing is written.
--! unseen: it takes the grammar of PostgreSQL 17
--! versions: 17-
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, net numeric NOT NULL, tax numeric NOT NULL,
    total numeric GENERATED ALWAYS AS (net + tax) STORED);
-- bad
ALTER TABLE orders ALTER COLUMN total SET EXPRESSION AS (net + tax * 2);
-- good
ALTER TABLE orders ADD COLUMN total_due numeric;
