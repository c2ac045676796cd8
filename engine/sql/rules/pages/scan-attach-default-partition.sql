-- The default partition is scanned under ACCESS EXCLUSIVE
--
-- It might hold rows that belong to the new partition: all of it is read, while nobody can use
-- it. A valid CHECK on it that excludes the new bounds spares the scan, not the lock.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE events_2026 (id bigint, day date NOT NULL,
    CONSTRAINT events_2026_bounds CHECK (day >= '2026-01-01' AND day < '2027-01-01'));
-- bad
ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- good
ALTER TABLE events_rest ADD CONSTRAINT events_rest_bounds
    CHECK (NOT (day >= '2026-01-01' AND day < '2027-01-01')) NOT VALID;
ALTER TABLE events_rest VALIDATE CONSTRAINT events_rest_bounds;
ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
