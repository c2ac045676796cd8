-- The columns of a table, in their order, with what ANALYZE knows of their width.
-- $1 the table, qualified
SELECT a.attname AS name,
       pg_catalog.quote_ident(a.attname) AS quoted,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
       -- Without its length, and whether an assignment insists on that.
       pg_catalog.format_type(a.atttypid, -1) AS bare,
       a.atttypmod >= 0 AND COALESCE(pg_catalog.array_position(ARRAY['pg_catalog.varchar',
           'pg_catalog.bpchar', 'pg_catalog.bit', 'pg_catalog.varbit']::pg_catalog.regtype[]::pg_catalog.oid[],
           CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END), 0) > 0 AS length_limited,
       a.attnotnull AS not_null,
       pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS may_read,
       a.attlen AS length,
       COALESCE((SELECT s.avg_width * (1 - s.null_frac) FROM pg_catalog.pg_stats AS s
                 WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
                 ORDER BY s.inherited DESC LIMIT 1)::pg_catalog.int8, -1) AS width
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
