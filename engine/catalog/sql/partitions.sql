-- Partition keys. The columns of expressions depend on their own table internally.
SELECT p.partrelid,
       p.partstrat,
       NULLIF(p.partdefid, 0),
       p.partattrs,
       (SELECT pg_catalog.array_agg(d.objsubid)
          FROM pg_catalog.pg_depend d
         WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
           AND d.refobjid = p.partrelid
           AND d.refobjsubid = 0
           AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
           AND d.objid = p.partrelid
           AND d.objsubid > 0
           AND d.deptype = 'i')
  FROM pg_catalog.pg_partitioned_table p
