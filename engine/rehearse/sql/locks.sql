-- The relations that sessions of the plan hold a lock on now. What is asked for too often is written
-- plainly: no join that could be left out.
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), l.mode
  FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
  JOIN pg_catalog.pg_class c ON c.oid = l.relation
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE l.locktype = 'relation'
   AND l.granted
   AND l.relation >= 16384
   AND a.application_name LIKE 'zdm/%'
   AND a.datname = pg_catalog.current_database()
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND n.nspname NOT IN ('zdm', 'zdm_rehearsal')
   AND n.nspname !~ '^pg_'
