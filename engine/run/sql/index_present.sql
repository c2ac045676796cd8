-- Is there an index of this name? $1 schema or NULL (search_path), $2 name, unquoted.
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_class c
     WHERE c.relname OPERATOR(pg_catalog.=) $2 AND c.relkind OPERATOR(pg_catalog.=) ANY ('{i,I}')
       AND CASE WHEN $1::text IS NULL
                THEN pg_catalog.pg_table_is_visible(c.oid)
                ELSE c.relnamespace OPERATOR(pg_catalog.=) (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $1)
           END)
