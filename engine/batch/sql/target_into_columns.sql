-- The columns of the table that rows are copied into, but for generated ones.
-- $1 its oid  $2 oid of the table that is copied
SELECT pg_catalog.quote_ident(a.attname) AS name,
       EXISTS (SELECT FROM pg_catalog.pg_attribute AS s
               WHERE s.attrelid OPERATOR(pg_catalog.=) $2::pg_catalog.oid
                   AND s.attname OPERATOR(pg_catalog.=) a.attname AND s.attnum OPERATOR(pg_catalog.>) 0
                 AND NOT s.attisdropped) AS in_both,
       COALESCE(a.attnum OPERATOR(pg_catalog.=) ANY (i.indkey[0 : i.indnkeyatts OPERATOR(pg_catalog.-) 1]), false)
           AS in_primary_key
FROM pg_catalog.pg_attribute AS a
LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid OPERATOR(pg_catalog.=) a.attrelid AND i.indisprimary
WHERE a.attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND a.attnum OPERATOR(pg_catalog.>) 0
    AND NOT a.attisdropped AND a.attgenerated OPERATOR(pg_catalog.=) ''
ORDER BY a.attnum
