-- Extensions with the relations that belong to them; relation NULL: the extension itself.
SELECT e.extname, NULL::oid FROM pg_catalog.pg_extension e
UNION ALL
SELECT e.extname, d.objid
  FROM pg_catalog.pg_extension e
  JOIN pg_catalog.pg_depend d
    ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
   AND d.refobjid = e.oid
   AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
   AND d.deptype = 'e'
