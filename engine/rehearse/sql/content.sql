-- The columns of all tables whose rows a plan may change, by table and place: the table as SQL (a partitioned
-- one with its partitions), whether rows of tables that inherit from it are its own, the column, and whether
-- its values may be numbers of a sequence, which leaves gaps where a transaction was cut off.
WITH numbered AS (
    SELECT a.attrelid, a.attnum
      FROM pg_catalog.pg_attribute a
      LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attidentity <> '' OR pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\('
), referring AS (
    SELECT c.conrelid AS attrelid, k.attnum
      FROM pg_catalog.pg_constraint c
     CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(c.conkey), pg_catalog.unnest(c.confkey)) AS k (attnum, there)
      JOIN numbered n ON n.attrelid = c.confrelid AND n.attnum = k.there
     WHERE c.contype = 'f'
)
SELECT pg_catalog.format('%s%I.%I', CASE WHEN c.relkind = 'r' THEN 'ONLY ' ELSE '' END, n.nspname, c.relname),
       pg_catalog.quote_ident(a.attname),
       EXISTS (SELECT FROM numbered x WHERE x.attrelid = c.oid AND x.attnum = a.attnum)
       OR EXISTS (SELECT FROM referring x WHERE x.attrelid = c.oid AND x.attnum = a.attnum)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p')
   AND NOT c.relispartition
   AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('information_schema', 'zdm', 'zdm_rehearsal')
   AND n.nspname !~ '^pg_'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.objid = c.oid AND d.deptype = 'e')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid) AS p
                     JOIN pg_catalog.pg_class f ON f.oid = p.relid AND f.relkind = 'f')
 ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
