-- What rows can be put into: ordinary tables, and the partitions at the bottom, each with its own condition.
SELECT c.oid,
       c.oid::pg_catalog.regclass,
       pg_catalog.quote_ident(c.relname),
       COALESCE(pg_catalog.pg_partition_root(c.oid)::pg_catalog.oid, c.oid),
       pg_catalog.pg_get_partition_constraintdef(c.oid)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r'
   AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'zdm')
   AND n.nspname !~ '^pg_'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
