-- A change of the parent locks every partition
--
-- Columns, constraints and triggers of a partitioned table, or of one that others inherit from,
-- are those of every table below it: all are locked in one transaction, in the order in which
-- they are found, and nobody gets on before the last one is free.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- bad
ALTER TABLE events ADD COLUMN level int;
