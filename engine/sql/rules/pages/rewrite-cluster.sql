-- CLUSTER rewrites the table while nobody can use it
--
-- All rows are written anew in the order of an index, under ACCESS EXCLUSIVE, and the order is
-- not kept afterwards. pg_repack does it while everybody works.
-- setup
CREATE TABLE orders (id bigint CONSTRAINT orders_pkey PRIMARY KEY);
-- bad
CLUSTER orders USING orders_pkey;
