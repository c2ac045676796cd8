-- A unique constraint must contain the partition key
--
-- Each partition has an index of its own, so only a key that says which partition it is can be
-- unique over all of them: otherwise 0A000.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
-- bad
ALTER TABLE events ADD CONSTRAINT events_id_key UNIQUE (id);
