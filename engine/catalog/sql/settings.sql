-- What the session is: read before the loader changes anything, so under the user's search_path.
-- Operators are named in full too: those of a schema before pg_catalog are not called. reset_val is what
-- the role, the database or the connection string set, whatever this session has set since.
SELECT pg_catalog.current_setting('server_version_num'),
       pg_catalog.current_database(),
       current_user,
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
       pg_catalog.current_setting('TimeZone'),
       pg_catalog.current_setting('default_tablespace'),
       pg_catalog.max(s.reset_val) FILTER (WHERE s.name OPERATOR(pg_catalog.=) 'lock_timeout'),
       pg_catalog.max(s.reset_val) FILTER (WHERE s.name OPERATOR(pg_catalog.=) 'statement_timeout'),
       pg_catalog.current_setting('block_size'),
       pg_catalog.pg_relation_size('pg_catalog.pg_attribute'::pg_catalog.regclass, 'main')
  FROM pg_catalog.pg_settings s
 WHERE s.name OPERATOR(pg_catalog.=) ANY (ARRAY['lock_timeout', 'statement_timeout'])
