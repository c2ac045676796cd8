-- $1 a relation as SQL writes it -> what DROP ... CASCADE takes along with it, in words; NULL: nothing. Of what hangs on a
-- table itself (its columns, indexes, triggers, policies) nothing is said.
WITH RECURSIVE gone(classid, objid, objsubid, step) AS (
    SELECT x.classid, x.objid, 0, 0
      FROM pg_catalog.pg_class AS c,
           LATERAL (VALUES ('pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, c.oid),
                           ('pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, c.reltype)) AS x(classid, objid)
     WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
       AND x.objid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
    UNION
    SELECT CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid END,
           COALESCE(r.ev_class, d.objid), CASE WHEN r.oid IS NULL THEN d.objsubid ELSE 0 END,
           g.step OPERATOR(pg_catalog.+) 1
      FROM gone AS g
      JOIN pg_catalog.pg_depend AS d ON d.refclassid OPERATOR(pg_catalog.=) g.classid AND d.refobjid OPERATOR(pg_catalog.=) g.objid AND d.deptype OPERATOR(pg_catalog.=) 'n'
      LEFT JOIN pg_catalog.pg_rewrite AS r ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid OPERATOR(pg_catalog.=) d.objid
     WHERE g.step OPERATOR(pg_catalog.<) 8
)
SELECT pg_catalog.string_agg(DISTINCT pg_catalog.pg_describe_object(g.classid, g.objid, g.objsubid), ', ')
FROM gone AS g
WHERE g.step OPERATOR(pg_catalog.>) 0
  AND NOT EXISTS (SELECT FROM gone AS own WHERE own.step OPERATOR(pg_catalog.=) 0 AND own.classid OPERATOR(pg_catalog.=) g.classid AND own.objid OPERATOR(pg_catalog.=) g.objid)
