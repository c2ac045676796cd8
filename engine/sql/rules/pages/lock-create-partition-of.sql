-- CREATE TABLE ... PARTITION OF locks the whole table
--
-- The parent takes ACCESS EXCLUSIVE: queries of every partition wait. A default partition is
-- scanned as well.
--
-- A table that is made like the parent and then attached takes SHARE UPDATE EXCLUSIVE there,
-- which nobody notices.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
-- bad
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- good
CREATE TABLE events_2026 (LIKE events INCLUDING ALL);
ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
