-- Of the tables $1, which had the files $2, those that have another one.
SELECT pg_catalog.quote_ident(n.nspname) OPERATOR(pg_catalog.||) '.'
    OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname)
  FROM unnest($1::pg_catalog.oid[], $2::pg_catalog.oid[]) old (oid, file)
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) old.oid
      AND c.relfilenode OPERATOR(pg_catalog.<>) old.file
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
 WHERE n.nspname OPERATOR(pg_catalog.!~) '^pg_(catalog|toast|temp|toast_temp)'
 ORDER BY 1
