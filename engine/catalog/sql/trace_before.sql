-- What the relations $1 were when the last transaction ended, in the columns of trace_locked.sql.
-- Those that are not here are new.
SELECT c.oid, 0, c.relname, c.relkind, c.relfilenode, 0,
       n.nspname OPERATOR(pg_catalog.!~) '^(pg_(catalog|toast|temp|toast_temp)|information_schema)',
       pg_catalog.quote_ident(n.nspname) OPERATOR(pg_catalog.||) '.'
           OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname), i.indrelid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid OPERATOR(pg_catalog.=) c.oid
 WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
