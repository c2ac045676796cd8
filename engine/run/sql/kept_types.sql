-- $1 table as SQL writes it, $2 and $3 columns -> their types, as SQL writes them; no row: one is not there
SELECT pg_catalog.format_type(a.atttypid, a.atttypmod), pg_catalog.format_type(b.atttypid, b.atttypmod)
FROM pg_catalog.pg_attribute AS a, pg_catalog.pg_attribute AS b
WHERE a.attrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
  AND b.attrelid OPERATOR(pg_catalog.=) a.attrelid
  AND a.attname OPERATOR(pg_catalog.=) $2::pg_catalog.name AND a.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2
  AND b.attname OPERATOR(pg_catalog.=) $3::pg_catalog.name AND b.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2
