-- Who keeps dead rows from being removed longest: ms, and who. An autovacuum does while it analyzes, not
-- while it vacuums. Slots and replicas know no time: the oldest xmin of theirs is a row of its own, with ms NULL.
(SELECT (EXTRACT(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) h.since)
         OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS ms, h.who, NULL::pg_catalog.text AS xmin
 FROM (SELECT a.xact_start, 'pid ' OPERATOR(pg_catalog.||) a.pid::pg_catalog.text
       FROM pg_catalog.pg_stat_activity AS a
       WHERE (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)
         AND a.backend_type OPERATOR(pg_catalog.=) 'client backend'
         AND NOT pg_catalog.starts_with(COALESCE(a.application_name, ''), 'zdm/')
       UNION ALL
       SELECT a.xact_start, 'ANALYZE of ' OPERATOR(pg_catalog.||)
              COALESCE(n.relid::pg_catalog.regclass::pg_catalog.text, 'a table')
              OPERATOR(pg_catalog.||) ' by autovacuum'
       FROM pg_catalog.pg_stat_progress_analyze AS n
       JOIN pg_catalog.pg_stat_activity AS a ON a.pid OPERATOR(pg_catalog.=) n.pid
       WHERE a.backend_type OPERATOR(pg_catalog.=) 'autovacuum worker'
         AND n.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
       UNION ALL
       SELECT p.prepared, 'prepared transaction ' OPERATOR(pg_catalog.||) p.gid
       FROM pg_catalog.pg_prepared_xacts AS p
       WHERE p.database OPERATOR(pg_catalog.=) pg_catalog.current_database()) AS h (since, who)
 WHERE h.since IS NOT NULL
 ORDER BY h.since LIMIT 1)
UNION ALL
(SELECT NULL, s.who, s.xmin::pg_catalog.text
 FROM (SELECT 'replication slot ' OPERATOR(pg_catalog.||) r.slot_name, r.xmin
       FROM pg_catalog.pg_replication_slots AS r
       UNION ALL
       SELECT 'replica ' OPERATOR(pg_catalog.||) w.application_name, w.backend_xmin
       FROM pg_catalog.pg_stat_replication AS w) AS s (who, xmin)
 WHERE s.xmin IS NOT NULL
 ORDER BY pg_catalog.age(s.xmin) DESC LIMIT 1)
