-- How far the archive is behind: whether there is one, whole segments that wait for it (NULL: nothing
-- was archived on this timeline), and the segment that failed, when the last try did.
WITH wal AS (
  SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()) AS now,
         (4294967296 OPERATOR(pg_catalog./)
          pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size')))::pg_catalog.int8 AS a_log,
         pg_catalog.current_setting('archive_mode') OPERATOR(pg_catalog.<>) 'off' AS archives),
named AS (
  SELECT w.archives, w.a_log, w.now, a.last_archived_wal AS last,
         CASE WHEN a.last_failed_time OPERATOR(pg_catalog.>)
                   COALESCE(a.last_archived_time, '-infinity') THEN a.last_failed_wal END AS failed
  FROM wal AS w CROSS JOIN pg_catalog.pg_stat_archiver AS a),
-- 8 digits each of timeline, log and segment within the log. OPERATOR() has one precedence for all.
numbered AS (
  SELECT n.archives, n.failed, n.now, n.last,
         (n.a_log OPERATOR(pg_catalog.*)
            ('x' OPERATOR(pg_catalog.||) pg_catalog.substr(n.now, 9, 8))::pg_catalog.bit(32)::pg_catalog.int8)
         OPERATOR(pg_catalog.+)
            ('x' OPERATOR(pg_catalog.||) pg_catalog.substr(n.now, 17, 8))::pg_catalog.bit(32)::pg_catalog.int8
         AS now_segment,
         CASE WHEN n.last OPERATOR(pg_catalog.~) '^[0-9A-F]{24}' THEN
         (n.a_log OPERATOR(pg_catalog.*)
            ('x' OPERATOR(pg_catalog.||) pg_catalog.substr(n.last, 9, 8))::pg_catalog.bit(32)::pg_catalog.int8)
         OPERATOR(pg_catalog.+)
            ('x' OPERATOR(pg_catalog.||) pg_catalog.substr(n.last, 17, 8))::pg_catalog.bit(32)::pg_catalog.int8
         END AS last_segment
  FROM named AS n)
SELECT n.archives,
       CASE WHEN pg_catalog.left(n.last, 8) OPERATOR(pg_catalog.=) pg_catalog.left(n.now, 8)
            THEN (n.now_segment OPERATOR(pg_catalog.-) n.last_segment) OPERATOR(pg_catalog.-) 1 END AS behind,
       n.failed
FROM numbered AS n
