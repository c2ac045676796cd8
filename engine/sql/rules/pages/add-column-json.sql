-- json has no equality
--
-- SELECT DISTINCT, UNION, GROUP BY and ORDER BY over a row that holds a json column fail with
-- 42883, also in queries that ran before and say SELECT DISTINCT *. jsonb can be compared and
-- indexed.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad
ALTER TABLE orders ADD COLUMN details json;
-- good
ALTER TABLE orders ADD COLUMN details jsonb;
