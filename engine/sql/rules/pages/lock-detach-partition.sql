-- DETACH PARTITION locks the whole table
--
-- The parent takes ACCESS EXCLUSIVE for a moment, and the partition as well from PostgreSQL 14
-- on. CONCURRENTLY (14 and later) waits for running queries instead; it cannot run in a
-- transaction, nor where there is a default partition.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- bad
ALTER TABLE events DETACH PARTITION events_2026;
-- good
ALTER TABLE events DETACH PARTITION events_2026 CONCURRENTLY;
