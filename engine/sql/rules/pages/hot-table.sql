-- The table is used all the time
--
-- Even a lock for a moment has to wait for those who use the table, and while it waits, all who come
-- behind wait too. At 100 scans or changed rows a second and more the first second of that fills the
-- 100 connections that PostgreSQL has by default. For a lock that lets readers in only writes count.
--
-- The rate is an average: what the statistics count (pg_stat_user_tables), by the time since they were
-- reset. Less than a minute of them is not judged, and changed rows not before a day, since one load of
-- millions is no traffic. Busy hours are busier than the average.
--
-- The live catalog tells, with --db only.
--! unseen: it takes a table that is busy for a minute
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
ALTER TABLE users ADD COLUMN token text;
-- good
-- at a quiet time, and again when it fails with 55P03
SET lock_timeout = '500ms';
ALTER TABLE users ADD COLUMN token text;
