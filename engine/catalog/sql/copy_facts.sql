-- What a copy of the schema needs beside pg_dump's output: one row for each kind and name.
SELECT 'role', r.rolname::pg_catalog.text, CASE WHEN r.rolsuper THEN 'SUPERUSER' ELSE '' END
  FROM pg_catalog.pg_roles r
 WHERE r.rolname OPERATOR(pg_catalog.!~) '^pg_'
UNION ALL
SELECT 'tablespace', t.spcname::pg_catalog.text, ''
  FROM pg_catalog.pg_tablespace t
 WHERE t.spcname OPERATOR(pg_catalog.!~) '^pg_'
UNION ALL
-- "$user" is another one there.
SELECT 'setting', s.name,
       CASE WHEN s.name OPERATOR(pg_catalog.=) 'search_path'
            THEN pg_catalog.replace(s.setting, '"$user"', pg_catalog.quote_ident(current_user))
            ELSE s.setting END
  FROM pg_catalog.pg_settings s
 WHERE s.name OPERATOR(pg_catalog.=) ANY (ARRAY['search_path', 'TimeZone', 'default_tablespace',
           'default_table_access_method', 'DateStyle', 'IntervalStyle', 'check_function_bodies', 'row_security'])
UNION ALL
SELECT 'relations', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class c
                       WHERE c.oid OPERATOR(pg_catalog.>=) 16384)::pg_catalog.text, ''
