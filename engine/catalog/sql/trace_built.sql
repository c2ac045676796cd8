-- The index called $1 on a table called $2, as this transaction sees them. REINDEX CONCURRENTLY builds
-- NAME_ccnew: $3 is NAME then, and '' else.
SELECT t.oid, pg_catalog.quote_ident(CASE WHEN $3 <> '' THEN $3 ELSE $1 END)
  FROM pg_catalog.pg_class t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
 WHERE t.relname = $2 AND n.nspname !~ '^(pg_(catalog|toast|temp|toast_temp)|information_schema)'
   AND ($3 <> '' OR EXISTS (
        SELECT FROM pg_catalog.pg_index i
          JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
         WHERE i.indrelid = t.oid AND c.relname = $1))
