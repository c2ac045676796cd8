-- The types of the columns that are set, in order, for a cast; and a generated column among those that
-- the values are made of, or NULL.
-- $1 oid of the table  $2 JSON array: columns that are set, quoted  $3 the same: columns, folded
SELECT pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
       (SELECT pg_catalog.quote_ident(g.attname)
        FROM pg_catalog.pg_attribute AS g
        WHERE g.attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND g.attnum OPERATOR(pg_catalog.>) 0
            AND g.attgenerated OPERATOR(pg_catalog.<>) ''
          AND g.attname OPERATOR(pg_catalog.=) ANY (SELECT i.name::pg_catalog.name
                            FROM pg_catalog.json_array_elements_text($3::pg_catalog.json) AS i (name))
        ORDER BY g.attnum LIMIT 1) AS generated
FROM pg_catalog.json_array_elements_text($2::pg_catalog.json) WITH ORDINALITY AS s (name, place)
JOIN pg_catalog.pg_attribute AS a
  ON a.attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
 AND pg_catalog.quote_ident(a.attname) OPERATOR(pg_catalog.=) s.name
ORDER BY s.place
