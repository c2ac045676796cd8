-- Names that relations and columns refer to by number: roles, access methods, tablespaces,
-- collations.
SELECT 'r', r.oid, r.rolname
  FROM pg_catalog.pg_roles r
 WHERE r.oid IN (SELECT c.relowner FROM pg_catalog.pg_class c)
UNION ALL
SELECT 'a', a.oid, a.amname FROM pg_catalog.pg_am a
UNION ALL
SELECT 't', t.oid, t.spcname FROM pg_catalog.pg_tablespace t
UNION ALL
SELECT 'c', c.oid, n.nspname || '.' || c.collname
  FROM pg_catalog.pg_collation c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
