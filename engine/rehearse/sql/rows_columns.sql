-- The columns of the tables $1, by table and place.
SELECT a.attrelid,
       a.attnum,
       pg_catalog.quote_ident(a.attname),
       a.attname,
       a.atttypid,
       a.atttypmod,
       a.attnotnull,
       a.attidentity <> '' OR COALESCE(pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\(', false),
       CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END
  FROM pg_catalog.pg_attribute a
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = ANY ($1::pg_catalog.oid[])
   AND a.attnum > 0
   AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum
