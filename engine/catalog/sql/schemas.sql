-- Schemas, without those of TOAST tables and of other sessions' temporary ones, and what the role of
-- the session may do in them.
SELECT n.oid, n.nspname,
       pg_catalog.pg_get_userbyid(n.nspowner),
       pg_catalog.has_schema_privilege(n.oid, 'USAGE'),
       pg_catalog.has_schema_privilege(n.oid, 'CREATE'),
       pg_catalog.pg_has_role(n.nspowner, 'USAGE')
  FROM pg_catalog.pg_namespace n
 WHERE n.nspname NOT LIKE 'pg\_toast%'
   AND (n.nspname NOT LIKE 'pg\_temp\_%' OR n.oid = pg_catalog.pg_my_temp_schema())
