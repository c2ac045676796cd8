-- Every column of a table, for "did you mean".
-- $1 oid of the table
SELECT pg_catalog.quote_ident(a.attname)
FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND a.attnum OPERATOR(pg_catalog.>) 0
    AND NOT a.attisdropped
ORDER BY a.attnum
