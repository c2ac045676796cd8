-- Is there an index of this name? $1 schema or NULL (search_path), $2 name, unquoted.
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_class c
     WHERE c.relname = $2 AND c.relkind IN ('i', 'I')
       AND CASE WHEN $1::text IS NULL
                THEN pg_catalog.pg_table_is_visible(c.oid)
                ELSE c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = $1)
           END)
