-- CONCURRENTLY does not work beside a default partition
--
-- The statement ends with 55000. A plain DETACH with a short lock_timeout and retries does it.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- bad
ALTER TABLE events DETACH PARTITION events_2026 CONCURRENTLY;
-- good
ALTER TABLE events DETACH PARTITION events_2026;
