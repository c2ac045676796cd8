-- Tables that somebody holds ACCESS EXCLUSIVE, among those with something that the server spells only with a lock of
-- its own: expressions that name columns.
SELECT DISTINCT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
FROM pg_catalog.pg_locks AS l
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) l.relation
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE l.locktype OPERATOR(pg_catalog.=) 'relation'
  AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d
                                         WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
  AND l.mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock' AND l.granted
  AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  AND (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k
               WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid AND k.conbin IS NOT NULL)
       OR EXISTS (SELECT FROM pg_catalog.pg_index AS i
                  WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid
                    AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL))
       OR EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                  WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attgenerated OPERATOR(pg_catalog.<>) '')
       OR EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid OPERATOR(pg_catalog.=) c.oid)
       OR EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
                  WHERE t.tgrelid OPERATOR(pg_catalog.=) c.oid AND t.tgqual IS NOT NULL))
ORDER BY name
LIMIT 5
