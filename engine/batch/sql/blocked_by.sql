-- Sessions that have waited over 100 ms for a lock that a backend holds.
-- $1 pid of the backend
SELECT pg_catalog.count(*)
FROM pg_catalog.pg_stat_activity AS a
WHERE a.wait_event_type = 'Lock'
  AND a.query_start < pg_catalog.clock_timestamp() - interval '100 ms'
  AND $1::pg_catalog.int4 = ANY (pg_catalog.pg_blocking_pids(a.pid))
