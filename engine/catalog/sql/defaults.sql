-- Defaults and generation expressions. One that has no columns in it needs no relation to be spelt,
-- which the server would lock.
SELECT d.adrelid,
       d.adnum,
       pg_catalog.pg_get_expr(d.adbin, CASE WHEN d.adbin::text LIKE '%{VAR %' THEN d.adrelid ELSE 0 END)
  FROM pg_catalog.pg_attrdef d
 WHERE d.adrelid >= 16384
