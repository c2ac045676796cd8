-- One column that a backfill sets: no row when the table does not have it.
-- $1 oid of the table  $2 column as its author wrote it
SELECT pg_catalog.quote_ident(a.attname) AS name,
       a.attgenerated OPERATOR(pg_catalog.<>) '' AS generated,
       a.attidentity OPERATOR(pg_catalog.=) 'a' AS always_identity,
       pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'UPDATE') AS may_update
FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND a.attnum OPERATOR(pg_catalog.>) 0
    AND NOT a.attisdropped
  AND pg_catalog.cardinality(pg_catalog.parse_ident($2)) OPERATOR(pg_catalog.=) 1
  AND a.attname OPERATOR(pg_catalog.=) (pg_catalog.parse_ident($2))[1]::pg_catalog.name
