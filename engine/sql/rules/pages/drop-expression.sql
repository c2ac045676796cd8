-- The column is not computed any more
--
-- DROP EXPRESSION keeps the values that are stored and makes a plain column of it. Running code
-- that does not write the column leaves NULL in new rows from then on.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, net int, total int GENERATED ALWAYS AS (net * 2) STORED);
-- bad
ALTER TABLE orders ALTER COLUMN total DROP EXPRESSION;
-- good
ALTER TABLE orders ADD COLUMN total_plain int;
