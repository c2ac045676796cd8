-- Run again after a failure, the statement fails
--
-- Outside a transaction a migration may stop half-way. With IF EXISTS and IF NOT EXISTS it can
-- be run again from its beginning; zdm plans do not need that.
-- setup
CREATE VIEW order_totals AS SELECT 1 AS total;
-- bad
DROP VIEW order_totals;
-- good
CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY);
