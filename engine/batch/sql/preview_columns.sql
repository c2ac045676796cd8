-- The columns of a table, in their order, with what ANALYZE knows of their width.
-- $1 the table, qualified
SELECT a.attname AS name,
       pg_catalog.quote_ident(a.attname) AS quoted,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
       -- Without its length, and whether an assignment insists on that.
       pg_catalog.format_type(a.atttypid, -1) AS bare,
       a.atttypmod OPERATOR(pg_catalog.>=) 0 AND COALESCE(pg_catalog.array_position(ARRAY['pg_catalog.varchar',
           'pg_catalog.bpchar', 'pg_catalog.bit', 'pg_catalog.varbit']::pg_catalog.regtype[]::pg_catalog.oid[],
           CASE WHEN t.typcategory OPERATOR(pg_catalog.=) 'A' THEN t.typelem
                ELSE t.oid END), 0) OPERATOR(pg_catalog.>) 0 AS length_limited,
       a.attnotnull AS not_null,
       pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS may_read,
       a.attlen AS length,
       COALESCE((SELECT s.avg_width OPERATOR(pg_catalog.*) (1 OPERATOR(pg_catalog.-) s.null_frac) FROM pg_catalog.pg_stats AS s
                 WHERE s.schemaname OPERATOR(pg_catalog.=) n.nspname
                       AND s.tablename OPERATOR(pg_catalog.=) c.relname
                       AND s.attname OPERATOR(pg_catalog.=) a.attname
                 ORDER BY s.inherited DESC LIMIT 1)::pg_catalog.int8, -1) AS width
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE a.attrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1) AND a.attnum OPERATOR(pg_catalog.>) 0
      AND NOT a.attisdropped
ORDER BY a.attnum
