-- The table that rows are copied into: no row when there is none of that name.
-- $1 the table as its author wrote it  $2 has the INSERT an ON CONFLICT?
SELECT c.oid,
       c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}') AS is_table,
       pg_catalog.quote_ident(n.nspname) OPERATOR(pg_catalog.||) '.'
           OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname) AS relation,
       pg_catalog.row_security_active(c.oid) AS row_security,
       n.nspname OPERATOR(pg_catalog.=) ANY ('{pg_catalog,information_schema}') AS servers_own,
       pg_catalog.quote_ident(r.rulename) AS rule,
       CASE WHEN r.ev_type OPERATOR(pg_catalog.=) '3'::pg_catalog."char" THEN 'INSERT' ELSE 'UPDATE' END AS rule_event
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
-- The server takes hardly any rule on a table that a statement in WITH inserts into, and none beside ON CONFLICT.
LEFT JOIN pg_catalog.pg_rewrite AS r ON r.ev_class OPERATOR(pg_catalog.=) c.oid
    AND r.ev_enabled OPERATOR(pg_catalog.=) ANY ('{O,A}')
    AND (r.ev_type OPERATOR(pg_catalog.=) '3'::pg_catalog."char"
         OR r.ev_type OPERATOR(pg_catalog.=) '2'::pg_catalog."char" AND $2::pg_catalog.bool)
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)
ORDER BY r.ev_type DESC, r.rulename
LIMIT 1
