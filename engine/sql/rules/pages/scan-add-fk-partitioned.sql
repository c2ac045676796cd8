-- A foreign key of a partitioned table checks every partition at once
--
-- Up to PostgreSQL 17 it cannot be NOT VALID (42809): all partitions are locked against writes
-- and checked in one statement.
--
-- Give each partition its foreign key NOT VALID, and validate it. Then add it to the parent,
-- which finds that they all have it, and reads nothing. PostgreSQL 18 takes NOT VALID on the
-- parent.
--! versions: -17
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE events (user_id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- bad
ALTER TABLE events ADD CONSTRAINT events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users;
-- good
ALTER TABLE events_2026 ADD CONSTRAINT events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
ALTER TABLE events_2026 VALIDATE CONSTRAINT events_user_id_fkey;
