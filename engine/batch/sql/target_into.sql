-- The table that rows are copied into: no row when there is none of that name.
-- $1 the table as its author wrote it
SELECT c.oid,
       c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}') AS is_table,
       pg_catalog.quote_ident(n.nspname) OPERATOR(pg_catalog.||) '.'
           OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname) AS relation,
       pg_catalog.row_security_active(c.oid) AS row_security
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)
