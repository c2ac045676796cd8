-- The schemas of the search path that are there and that the role may use, in their order. Read under that
-- very path: operators are named in full, as in settings.sql.
SELECT s.name
  FROM ROWS FROM (pg_catalog.unnest(pg_catalog.current_schemas(false))) WITH ORDINALITY AS s (name, place)
 WHERE s.name OPERATOR(pg_catalog.<>) 'pg_catalog'
   AND NOT pg_catalog.starts_with(s.name::pg_catalog.text, 'pg_temp')
 ORDER BY s.place
