-- The columns of the table that rows are copied into, but for generated ones.
-- $1 its oid  $2 oid of the table that is copied
SELECT pg_catalog.quote_ident(a.attname) AS name,
       EXISTS (SELECT FROM pg_catalog.pg_attribute AS s
               WHERE s.attrelid = $2::pg_catalog.oid AND s.attname = a.attname AND s.attnum > 0
                 AND NOT s.attisdropped) AS in_both,
       COALESCE(a.attnum = ANY (i.indkey[0 : i.indnkeyatts - 1]), false) AS in_primary_key
FROM pg_catalog.pg_attribute AS a
LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = $1::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
