-- What SQL can call: not the support functions that take an internal argument. The source only of
-- functions in SQL that users made; one that names relations cannot be inlined, and to spell it the
-- server would lock them.
SELECT p.oid,
       p.pronamespace,
       p.proname,
       p.proargtypes,
       NULLIF(p.pronargdefaults, 0),
       NULLIF(p.provariadic, 0),
       p.prorettype,
       p.provolatile,
       p.prokind,
       NULLIF(p.proretset, false),
       -- What the server never puts in the place of a call has no body here either.
       CASE WHEN p.oid < 16384 OR p.prolang <> 14 OR p.prosecdef OR p.proretset
                 OR p.proconfig IS NOT NULL OR (p.proisstrict AND p.pronargs > 0) THEN NULL
            WHEN p.prosqlbody IS NULL THEN p.prosrc
            WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                              WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                                AND d.objid = p.oid
                                AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
            THEN pg_catalog.pg_get_function_sqlbody(p.oid) END,
       CASE WHEN p.oid >= 16384 THEN pg_catalog.pg_get_expr(p.proargdefaults, 0) END
  FROM pg_catalog.pg_proc p
 WHERE NOT 'pg_catalog.internal'::pg_catalog.regtype = ANY (p.proargtypes)
