-- What subscribers get to know of a row changes
--
-- FULL writes the whole old row to the WAL for every UPDATE and DELETE; NOTHING makes both fail
-- on a published table. ACCESS EXCLUSIVE is held for a moment.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad
ALTER TABLE orders REPLICA IDENTITY FULL;
