-- Open transactions of this database, oldest first: sessions, autovacuum workers, prepared ones; one
-- row for each relation and mode that they have locked, one with NULLs for a snapshot alone. VACUUM
-- has a snapshot that nobody waits for.
WITH held AS (
    SELECT DISTINCT l.virtualtransaction, l.pid, l.relation, l.mode
      FROM pg_catalog.pg_locks l
     WHERE l.locktype = 'relation'
       AND l.granted
       AND l.relation >= 16384
       AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                          WHERE d.datname = pg_catalog.current_database())
       AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
),
open AS (
    SELECT a.pid,
           CASE WHEN a.backend_type = 'autovacuum worker' THEN 'a' ELSE 's' END AS kind,
           a.application_name AS name, a.usename AS owner, a.state, a.xact_start AS since,
           a.backend_xmin IS NOT NULL AND a.backend_type <> 'autovacuum worker'
               AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_progress_vacuum v
                                WHERE v.pid = a.pid) AS snapshot,
           a.backend_type = 'autovacuum worker'
               AND a.query LIKE '%(to prevent wraparound)' AS prevents_wraparound,
           NULL::text AS virtualtransaction
      FROM pg_catalog.pg_stat_activity a
     WHERE a.datname = pg_catalog.current_database()
       AND a.xact_start IS NOT NULL
       AND a.pid <> pg_catalog.pg_backend_pid()
    UNION ALL
    SELECT NULL, 'p', p.gid, p.owner, NULL, p.prepared, false, false, l.virtualtransaction
      FROM pg_catalog.pg_prepared_xacts p
      JOIN pg_catalog.pg_locks l ON l.locktype = 'transactionid'
           AND l.transactionid = p.transaction AND l.pid IS NULL
     WHERE p.database = pg_catalog.current_database()
)
SELECT o.kind, coalesce(o.pid, 0), o.name, o.owner, o.state,
       GREATEST(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - o.since) * 1000, 0)::bigint,
       o.snapshot, o.prevents_wraparound, h.relation, h.mode
  FROM open o
  LEFT JOIN held h ON (h.pid = o.pid OR (h.pid IS NULL AND o.pid IS NULL))
       AND h.virtualtransaction = coalesce(o.virtualtransaction, h.virtualtransaction)
 WHERE h.relation IS NOT NULL OR o.snapshot
 ORDER BY o.since, o.pid, o.name
 LIMIT 10000
