-- ON ONLY makes an index of the parent alone
--
-- On a partitioned table it takes a moment: the index stays invalid until every partition has
-- attached one of its own, which can be built CONCURRENTLY. On any other table it is an
-- ordinary, blocking build.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- bad
CREATE INDEX events_id ON ONLY events (id);
-- good
CREATE INDEX CONCURRENTLY events_2026_id ON events_2026 (id);
