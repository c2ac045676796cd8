-- The files of all tables, for trace_new_files.sql.
SELECT pg_catalog.array_agg(c.oid)::pg_catalog.text, pg_catalog.array_agg(c.relfilenode)::pg_catalog.text
  FROM pg_catalog.pg_class c
 WHERE c.oid OPERATOR(pg_catalog.>=) 16384 AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m}')
     AND c.relfilenode OPERATOR(pg_catalog.<>) 0
