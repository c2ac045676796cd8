-- What rows can be sampled into: ordinary tables, and partitioned ones as a whole; with an empty search path, so
-- that names are spelt out. Of each where its rows are read from, and its columns: all, and those that can
-- be inserted, as they stand behind `(x.r).`.
SELECT c.oid::pg_catalog.regclass,
       CASE WHEN c.relkind = 'r' THEN 'ONLY ' ELSE '' END || c.oid::pg_catalog.regclass,
       pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum),
       pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
           FILTER (WHERE a.attgenerated = ''),
       pg_catalog.string_agg('(x.r).' || pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
           FILTER (WHERE a.attgenerated = '')
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p')
   AND NOT c.relispartition
   AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('information_schema', 'zdm')
   AND n.nspname !~ '^pg_'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.objid = c.oid AND d.deptype = 'e')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid) AS p
                     JOIN pg_catalog.pg_class f ON f.oid = p.relid AND f.relkind = 'f')
 GROUP BY c.oid, n.nspname, c.relname
HAVING pg_catalog.bool_or(a.attgenerated = '')
 ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
