-- Dropping a partition locks the whole table
--
-- The parent takes ACCESS EXCLUSIVE too: queries of every partition wait. Detach it CONCURRENTLY
-- first, and drop what is then a table of its own.
-- setup
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- bad
DROP TABLE events_2020;
-- good
ALTER TABLE events DETACH PARTITION events_2020 CONCURRENTLY;
