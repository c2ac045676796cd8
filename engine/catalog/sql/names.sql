-- Names that other objects refer to by number, and what is known by name alone: roles, access
-- methods, tablespaces, collations that this database can use, its subscriptions. type: of an access
-- method; of a subscription 's' when it has a slot. usable and settable: by the role of the session.
SELECT 'r', r.oid, NULL::name, r.rolname, NULL::"char",
       r.rolsuper, r.rolbypassrls,
       pg_catalog.pg_has_role(r.oid, 'USAGE'),
\if :since16
       pg_catalog.pg_has_role(r.oid, 'SET')
\else
       pg_catalog.pg_has_role(r.oid, 'MEMBER')
\endif
  FROM pg_catalog.pg_roles r
UNION ALL
SELECT 'a', a.oid, NULL, a.amname, a.amtype, NULL, NULL, NULL, NULL FROM pg_catalog.pg_am a
UNION ALL
SELECT 't', t.oid, NULL, t.spcname, NULL, NULL, NULL, NULL, NULL FROM pg_catalog.pg_tablespace t
UNION ALL
SELECT 'c', c.oid, n.nspname, c.collname, NULL, NULL, NULL, NULL, NULL
  FROM pg_catalog.pg_collation c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
 WHERE c.collencoding IN (-1, (SELECT d.encoding FROM pg_catalog.pg_database d
                                WHERE d.datname = pg_catalog.current_database()))
UNION ALL
SELECT 's', 0, NULL, s.subname,
       CASE WHEN s.subslotname IS NOT NULL THEN 's'::"char" END, NULL, NULL, NULL, NULL
  FROM pg_catalog.pg_subscription s
 WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d
                     WHERE d.datname = pg_catalog.current_database())
