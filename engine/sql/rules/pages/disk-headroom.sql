-- It needs room on the disk
--
-- A rewrite makes new files of the table and its indexes beside the old ones, which go when the
-- transaction commits; a new index is a new file. Both are written to WAL too, which stays in pg_wal
-- until standbys and replication slots have read it. A full disk stops the server.
--
-- PostgreSQL does not tell how much is free. So zdm says how much is needed, from a gigabyte on, and on
-- which tablespace. It is a warning where a limit is known that it passes: the WAL after which a
-- replication slot is lost (safe_wal_size, by max_slot_wal_keep_size), or the temp_file_limit that
-- the sort of an index would break (53400).
--
-- Indexes are estimated as b-trees of all rows. The live catalog tells, with --db only.
--! unseen: it takes a large table
-- setup
CREATE TABLE users (id int PRIMARY KEY, email text);
-- bad
ALTER TABLE users ALTER COLUMN id TYPE bigint;
-- good
-- batch by batch the old rows are used again
ALTER TABLE users ADD COLUMN new_id bigint;
