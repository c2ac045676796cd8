-- The index called $1 on a table called $2, as this transaction sees them. REINDEX CONCURRENTLY builds
-- NAME_ccnew: $3 is NAME then, and '' else.
SELECT t.oid, pg_catalog.quote_ident(CASE WHEN $3 OPERATOR(pg_catalog.<>) '' THEN $3 ELSE $1 END)
  FROM pg_catalog.pg_class t
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.relnamespace
 WHERE t.relname OPERATOR(pg_catalog.=) $2
     AND n.nspname OPERATOR(pg_catalog.!~) '^(pg_(catalog|toast|temp|toast_temp)|information_schema)'
   AND ($3 OPERATOR(pg_catalog.<>) '' OR EXISTS (
        SELECT FROM pg_catalog.pg_index i
          JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
         WHERE i.indrelid OPERATOR(pg_catalog.=) t.oid AND c.relname OPERATOR(pg_catalog.=) $1))
