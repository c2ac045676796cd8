-- What the session is: read before the loader changes anything. reset_val is what the role, the
-- database or the connection string set, whatever this session has set since.
SELECT pg_catalog.current_setting('server_version_num'),
       pg_catalog.current_database(),
       current_user,
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
       pg_catalog.current_setting('TimeZone'),
       pg_catalog.current_setting('default_tablespace'),
       max(s.reset_val) FILTER (WHERE s.name = 'lock_timeout'),
       max(s.reset_val) FILTER (WHERE s.name = 'statement_timeout'),
       pg_catalog.current_setting('block_size')
  FROM pg_catalog.pg_settings s
 WHERE s.name IN ('lock_timeout', 'statement_timeout')
