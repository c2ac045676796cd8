-- CONCURRENTLY does not work on a partitioned table
--
-- The statement ends with 0A000. Make the index ON ONLY the parent, build one on each partition
-- CONCURRENTLY, and attach them.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- bad
CREATE INDEX CONCURRENTLY events_id ON events (id);
-- good
CREATE INDEX events_id ON ONLY events (id);
CREATE INDEX CONCURRENTLY events_2026_id ON events_2026 (id);
ALTER INDEX events_id ATTACH PARTITION events_2026_id;
