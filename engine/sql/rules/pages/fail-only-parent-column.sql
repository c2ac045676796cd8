-- A column cannot be added to the parent ONLY
--
-- Partitions have exactly the columns of their parent: 42P16.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- bad
ALTER TABLE ONLY events ADD COLUMN level int;
-- good
ALTER TABLE events ADD COLUMN level int;
