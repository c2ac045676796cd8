-- Bytes that this database read from disk and the milliseconds that took, when track_io_timing is on:
-- single pages for the most part.
SELECT d.blks_read * pg_catalog.current_setting('block_size')::bigint, d.blk_read_time::bigint
  FROM pg_catalog.pg_stat_database d
 WHERE d.datname = pg_catalog.current_database()
   AND pg_catalog.current_setting('track_io_timing')::boolean
