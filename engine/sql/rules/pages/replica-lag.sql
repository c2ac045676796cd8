-- A replica is behind, and this sends it more
--
-- What the statement writes, a replica has to replay, one record after the other, and a rewrite comes all
-- at once. Reads there are the more out of date, and a failover takes the longer. Said when a replica is
-- 5 seconds or 500 MB behind already and the statement writes 50 MB of WAL or more.
--
-- Backfills of a plan wait for replicas by themselves (max_lag).
--
-- Seeing replicas takes the role pg_monitor. The live catalog tells, with --db only.
--! unseen: it takes a replica
-- setup
CREATE TABLE users (id int PRIMARY KEY, email text);
-- bad
ALTER TABLE users ALTER COLUMN id TYPE bigint;
-- good
-- once it has caught up, or batch by batch
ALTER TABLE users ADD COLUMN new_id bigint;
