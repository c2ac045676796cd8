-- A column of the key that target_key.sql did not find: what it is called, and whether it may be null.
-- $1 oid of the table  $2 the column as its author wrote it
SELECT pg_catalog.quote_ident(a.attname) AS column_name, a.attnotnull AS not_null
FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND a.attnum OPERATOR(pg_catalog.>) 0
    AND NOT a.attisdropped
  AND pg_catalog.cardinality(pg_catalog.parse_ident($2)) OPERATOR(pg_catalog.=) 1
  AND a.attname OPERATOR(pg_catalog.=) (pg_catalog.parse_ident($2))[1]::pg_catalog.name
