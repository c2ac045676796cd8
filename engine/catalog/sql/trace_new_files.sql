-- Of the tables $1, which had the files $2, those that have another one.
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
  FROM unnest($1::pg_catalog.oid[], $2::pg_catalog.oid[]) old (oid, file)
  JOIN pg_catalog.pg_class c ON c.oid = old.oid AND c.relfilenode <> old.file
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname !~ '^pg_(catalog|toast|temp|toast_temp)'
 ORDER BY 1
