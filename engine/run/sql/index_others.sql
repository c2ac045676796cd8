-- The valid indexes of a table. $1 schema of the table, or NULL (search_path), $2 name, unquoted.
SELECT i.indexrelid::pg_catalog.regclass::pg_catalog.text AS name, pg_catalog.pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_catalog.pg_index i
 WHERE i.indisvalid
   AND i.indrelid OPERATOR(pg_catalog.=)
       pg_catalog.to_regclass(CASE WHEN $1::text IS NULL THEN pg_catalog.quote_ident($2::text)
                                   ELSE pg_catalog.format('%I.%I', $1::text, $2::text) END)
 ORDER BY 1
