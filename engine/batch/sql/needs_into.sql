-- Is there a unique index of the table that rows are copied into on exactly these columns?
-- $1 the table, qualified and quoted  $2 JSON array of its columns, quoted
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_index AS i
    WHERE i.indrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1) AND i.indisunique AND i.indisvalid
      AND i.indpred IS NULL AND i.indexprs IS NULL
      AND (SELECT pg_catalog.array_agg(pg_catalog.quote_ident(a.attname) ORDER BY a.attname)
           FROM pg_catalog.generate_series(0, i.indnkeyatts OPERATOR(pg_catalog.-) 1) AS k (place)
           JOIN pg_catalog.pg_attribute AS a
             ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid AND a.attnum OPERATOR(pg_catalog.=) i.indkey[k.place])
          OPERATOR(pg_catalog.=) (SELECT pg_catalog.array_agg(e.name ORDER BY a.attname)
             FROM pg_catalog.json_array_elements_text($2::pg_catalog.json) AS e (name)
             JOIN pg_catalog.pg_attribute AS a
               ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid
                   AND pg_catalog.quote_ident(a.attname) OPERATOR(pg_catalog.=) e.name)) AS held
