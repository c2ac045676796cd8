-- What the table generates of the columns that a backfill sets, and of which one.
-- $1 oid of the table  $2 JSON array: the columns that are set, quoted
SELECT pg_catalog.quote_ident(g.attname) AS generated,
       pg_catalog.min(pg_catalog.quote_ident(a.attname)) AS made_of
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_attribute AS g ON g.attrelid OPERATOR(pg_catalog.=) a.attrelid
    AND g.attnum OPERATOR(pg_catalog.>) 0 AND NOT g.attisdropped
    AND g.attgenerated OPERATOR(pg_catalog.<>) '' AND g.attnum OPERATOR(pg_catalog.<>) a.attnum
LEFT JOIN pg_catalog.pg_attrdef AS x ON x.adrelid OPERATOR(pg_catalog.=) g.attrelid
    AND x.adnum OPERATOR(pg_catalog.=) g.attnum
WHERE a.attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND a.attnum OPERATOR(pg_catalog.>) 0
  AND NOT a.attisdropped
  AND pg_catalog.quote_ident(a.attname) OPERATOR(pg_catalog.=) ANY (ARRAY(
      SELECT pg_catalog.jsonb_array_elements_text($2::pg_catalog.jsonb)))
  -- Before 15 the generated column itself depends on what it is computed of; since then, its default.
  AND EXISTS (
      SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refobjid OPERATOR(pg_catalog.=) a.attrelid
        AND d.refobjsubid OPERATOR(pg_catalog.=) a.attnum
        AND ((d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
              AND d.objid OPERATOR(pg_catalog.=) g.attrelid
              AND d.objsubid OPERATOR(pg_catalog.=) g.attnum)
             OR (d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_attrdef'::pg_catalog.regclass
                 AND d.objid OPERATOR(pg_catalog.=) x.oid)))
GROUP BY g.attnum, g.attname
ORDER BY g.attnum
