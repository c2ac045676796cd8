-- Sessions of applications that work now: how many, how many of them wait for disk or memory locks, and
-- how many sessions our role may not look at. zdm's own do not count.
SELECT pg_catalog.count(*) FILTER (WHERE a.state OPERATOR(pg_catalog.=) 'active') AS active,
       pg_catalog.count(*) FILTER (WHERE a.state OPERATOR(pg_catalog.=) 'active'
           AND a.wait_event_type OPERATOR(pg_catalog.=) ANY ('{IO,LWLock}')) AS waits,
       pg_catalog.count(*) FILTER (WHERE a.backend_type IS NULL) AS hidden
FROM pg_catalog.pg_stat_activity AS a
WHERE a.usename IS NOT NULL
  AND (a.backend_type IS NULL OR a.backend_type OPERATOR(pg_catalog.=) 'client backend')
  AND NOT pg_catalog.starts_with(COALESCE(a.application_name, ''), 'zdm/')
