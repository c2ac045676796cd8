-- Storage options are changed beside running queries
--
-- fillfactor, autovacuum settings, statistics targets and the like take SHARE UPDATE EXCLUSIVE:
-- nobody who reads or writes waits, and no row is touched. Pages that exist keep their old fill.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad
ALTER TABLE orders SET (fillfactor = 90);
