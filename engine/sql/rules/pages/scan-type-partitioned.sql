-- A type change on a partitioned table works on every partition
--
-- The columns of partitions follow their parent, in one transaction: all of them are locked with
-- ACCESS EXCLUSIVE, and rewritten if the type asks for it. It cannot be done one by one.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL, level int) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- bad
ALTER TABLE events ALTER COLUMN level TYPE bigint;
-- good
ALTER TABLE events ADD COLUMN level_big bigint;
