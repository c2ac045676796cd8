-- What the relations $1 were when the last transaction ended, in the columns of trace_locked.sql.
-- Those that are not here are new.
SELECT c.oid, 0, c.relname, c.relkind, c.relfilenode, 0,
       n.nspname !~ '^(pg_(catalog|toast|temp|toast_temp)|information_schema)',
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), i.indrelid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
 WHERE c.oid = ANY ($1::pg_catalog.oid[])
