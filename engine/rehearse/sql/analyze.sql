-- What gathers statistics of all tables but those that foreign tables belong to: it would read them, at a
-- server that is none of ours.
WITH RECURSIVE abroad (oid) AS (
    SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'f'
    UNION
    SELECT i.inhparent FROM abroad a JOIN pg_catalog.pg_inherits i ON i.inhrelid = a.oid
)
SELECT 'ANALYZE ' || pg_catalog.string_agg(c.oid::pg_catalog.regclass::pg_catalog.text, ', ')
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm')
   AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_'
   AND n.nspname <> 'information_schema'
   AND c.oid NOT IN (SELECT a.oid FROM abroad a)
