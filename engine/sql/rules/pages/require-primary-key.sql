-- Without a key a row cannot be named
--
-- Logical replication, backfills and most tools need one; UPDATE and DELETE of a published table
-- fail without a replica identity.
-- bad
CREATE TABLE events (at timestamptz, what text);
-- good
CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz, what text);
