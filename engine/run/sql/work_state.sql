-- What the server reports of the work of one session, and who is in its way.
--
-- $1  pid of the session
--
-- One row at least: it is repeated for each session in the way, with `pid` (0: a
-- prepared transaction) and what is known of it; `pid` is NULL when there is
-- none. Only the numbers that belong to the phase are given.
WITH progress AS (
    SELECT p.command, p.phase,
           CASE WHEN p.datid OPERATOR(pg_catalog.=) d.oid
                THEN (CASE p.index_relid WHEN 0 THEN p.relid ELSE p.index_relid END)::pg_catalog.regclass::pg_catalog.text
           END AS relation,
           CASE WHEN p.phase OPERATOR(pg_catalog.~~) '%tuples%' THEN 'tuples' ELSE 'blocks' END AS unit,
           CASE WHEN p.phase OPERATOR(pg_catalog.~~) '%tuples%' THEN p.tuples_done ELSE p.blocks_done END AS done,
           CASE WHEN p.phase OPERATOR(pg_catalog.~~) '%tuples%' THEN p.tuples_total ELSE p.blocks_total END AS total,
           CASE WHEN p.phase OPERATOR(pg_catalog.~~) 'waiting%' THEN p.lockers_done END AS lockers_done,
           CASE WHEN p.phase OPERATOR(pg_catalog.~~) 'waiting%' THEN p.lockers_total END AS lockers_total
      FROM pg_catalog.pg_stat_progress_create_index p, pg_catalog.pg_database d
     WHERE p.pid OPERATOR(pg_catalog.=) $1::int
       AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
    UNION ALL
    SELECT p.command, p.phase,
           CASE WHEN p.datid OPERATOR(pg_catalog.=) d.oid THEN p.relid::pg_catalog.regclass::pg_catalog.text END,
           'blocks',
           CASE WHEN p.phase OPERATOR(pg_catalog.=) 'seq scanning heap' THEN p.heap_blks_scanned END,
           CASE WHEN p.phase OPERATOR(pg_catalog.=) 'seq scanning heap' THEN p.heap_blks_total END,
           NULL, NULL
      FROM pg_catalog.pg_stat_progress_cluster p, pg_catalog.pg_database d
     WHERE p.pid OPERATOR(pg_catalog.=) $1::int
       AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
    UNION ALL
    SELECT 'VACUUM', p.phase,
           CASE WHEN p.datid OPERATOR(pg_catalog.=) d.oid THEN p.relid::pg_catalog.regclass::pg_catalog.text END,
           'blocks',
           CASE p.phase WHEN 'scanning heap' THEN p.heap_blks_scanned
                        WHEN 'vacuuming heap' THEN p.heap_blks_vacuumed END,
           CASE WHEN p.phase OPERATOR(pg_catalog.~~) '%ing heap' THEN p.heap_blks_total END,
           NULL, NULL
      FROM pg_catalog.pg_stat_progress_vacuum p, pg_catalog.pg_database d
     WHERE p.pid OPERATOR(pg_catalog.=) $1::int
       AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
), blockers AS (
    SELECT DISTINCT pid FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids($1::int)) AS pid
)
SELECT p.command, p.phase, p.relation, p.unit, p.done, p.total, p.lockers_done, p.lockers_total,
       b.pid, a.usename, a.application_name,
       CASE WHEN a.backend_type OPERATOR(pg_catalog.=) 'client backend'
            THEN coalesce(pg_catalog.host(a.client_addr), 'local') END AS client,
       a.state,
       coalesce((extract(epoch FROM (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.xact_start))
           OPERATOR(pg_catalog.*) 1000)::bigint, -1) AS transaction_age_ms,
       a.query
  FROM (SELECT) AS one
  LEFT JOIN progress p ON true
  LEFT JOIN blockers b ON true
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) b.pid
 ORDER BY a.xact_start NULLS LAST, b.pid
