-- Readers go on, a second refresh waits
--
-- EXCLUSIVE is held on the view: SELECT goes on. It needs a unique index over plain columns
-- (55000) and a view that was filled before (0A000), and may stand in a transaction.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
CREATE MATERIALIZED VIEW totals AS SELECT id, total FROM orders;
CREATE UNIQUE INDEX totals_id ON totals (id);
-- bad
REFRESH MATERIALIZED VIEW CONCURRENTLY totals;
