-- REFRESH keeps all readers out
--
-- The view is computed anew under ACCESS EXCLUSIVE. CONCURRENTLY compares the new content with
-- the old one and changes only what differs: readers go on, but it needs a unique index over all
-- rows and takes longer.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
CREATE MATERIALIZED VIEW totals AS SELECT id, total FROM orders;
CREATE UNIQUE INDEX totals_id ON totals (id);
-- bad
REFRESH MATERIALIZED VIEW totals;
-- good
REFRESH MATERIALIZED VIEW CONCURRENTLY totals;
