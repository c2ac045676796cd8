-- Is there a table $2 (in schema $1, or NULL: found by its name alone) with all the columns $3 that
-- may be read? Another tool may have a table of the same name.
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
 WHERE c.relname OPERATOR(pg_catalog.=) $2
   AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v}')
   AND CASE WHEN $1::pg_catalog.text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid)
            ELSE n.nspname OPERATOR(pg_catalog.=) $1 END
   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
   AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
   AND pg_catalog.cardinality($3::pg_catalog.text[]) OPERATOR(pg_catalog.=)
       (SELECT pg_catalog.count(*)
          FROM pg_catalog.pg_attribute a
         WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
           AND a.attname OPERATOR(pg_catalog.=) ANY ($3::pg_catalog.text[]))
