-- $1 how our sessions' names begin. The session that has waited longest for one of ours: pid, ms.
SELECT a.pid, w.ms
FROM pg_catalog.pg_stat_activity AS a
CROSS JOIN LATERAL (
  SELECT (EXTRACT(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
                  pg_catalog.min(l.waitstart)) OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS ms
  FROM pg_catalog.pg_locks AS l
  WHERE l.pid OPERATOR(pg_catalog.=) a.pid AND NOT l.granted) AS w
WHERE a.wait_event_type OPERATOR(pg_catalog.=) 'Lock'
  AND pg_catalog.pg_blocking_pids(a.pid) OPERATOR(pg_catalog.&&) ARRAY(
        SELECT o.pid FROM pg_catalog.pg_stat_activity AS o
        WHERE o.usename OPERATOR(pg_catalog.=) SESSION_USER
          AND pg_catalog.starts_with(o.application_name, $1::pg_catalog.text))
ORDER BY w.ms DESC NULLS LAST
LIMIT 1
