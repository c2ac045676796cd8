-- $1 a name as the author wrote it -> what the catalog has under it, at most a relation and a column:
-- 'column', 'table', 'view' or 'index', the relation's oid, its schema and name, and the column
WITH parts AS (
  SELECT p, pg_catalog.cardinality(p) AS n,
         (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(x), '.' ORDER BY k)
          FROM pg_catalog.unnest(p) WITH ORDINALITY AS u (x, k)
          WHERE k OPERATOR(pg_catalog.<) pg_catalog.cardinality(p)) AS before
  FROM pg_catalog.parse_ident($1::pg_catalog.text) AS p),
found AS (
  SELECT CASE WHEN n OPERATOR(pg_catalog.<) 3 THEN pg_catalog.to_regclass($1::pg_catalog.text) END AS relation,
         NULL::pg_catalog.text AS column
  FROM parts
  UNION ALL
  SELECT pg_catalog.to_regclass(before), p[n] FROM parts WHERE n OPERATOR(pg_catalog.>) 1)
SELECT CASE WHEN f.column IS NOT NULL THEN 'column'
            WHEN c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['i', 'I']::pg_catalog."char"[]) THEN 'index'
            WHEN c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['v', 'm']::pg_catalog."char"[]) THEN 'view'
            ELSE 'table' END,
       c.oid, n.nspname, c.relname, f.column
FROM found AS f
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) f.relation
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE CASE WHEN f.column IS NULL
           THEN c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'f', 'm', 'v', 'i', 'I']::pg_catalog."char"[])
           ELSE EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                        WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attname OPERATOR(pg_catalog.=) f.column
                          AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped) END
