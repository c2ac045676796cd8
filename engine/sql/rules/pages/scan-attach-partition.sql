-- ATTACH PARTITION scans the new partition under ACCESS EXCLUSIVE
--
-- The parent takes only SHARE UPDATE EXCLUSIVE (12 and later), but the table to attach is read
-- in full under ACCESS EXCLUSIVE, missing indexes are built, and the parent's foreign keys are
-- checked. A default partition is locked with ACCESS EXCLUSIVE too.
--
-- A valid CHECK that implies the bounds, NOT NULL included, spares the scan. Indexes can be
-- built CONCURRENTLY before.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_2026 (id bigint, day date NOT NULL);
-- bad
ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- good
ALTER TABLE events_2026 ADD CONSTRAINT events_2026_bounds
    CHECK (day >= '2026-01-01' AND day < '2027-01-01') NOT VALID;
ALTER TABLE events_2026 VALIDATE CONSTRAINT events_2026_bounds;
ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE events_2026 DROP CONSTRAINT events_2026_bounds;
