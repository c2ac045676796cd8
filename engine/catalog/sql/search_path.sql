-- The schemas of the search path that are there and that the role may use, in their order.
SELECT s.name
  FROM ROWS FROM (pg_catalog.unnest(pg_catalog.current_schemas(false))) WITH ORDINALITY AS s (name, place)
 WHERE s.name <> 'pg_catalog'
   AND s.name NOT LIKE 'pg\_temp%'
 ORDER BY s.place
