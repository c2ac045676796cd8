-- What depends on types and functions that users made: 't' or 'f', its OID, then as dependents.sql.
-- Members of an extension are left out: they cannot be dropped by themselves. So are the functions that
-- make values of a type of ranges: they go with it, and those of its multirange, too. So are the columns of
-- tables and materialized views and domains over the type: they are known as they are. Before 15 a
-- generated column was dropped along with a function that it calls.
WITH d AS MATERIALIZED (
    SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.deptype = 'a' AS automatic
      FROM pg_catalog.pg_depend d
     WHERE d.refclassid IN ('pg_catalog.pg_type'::pg_catalog.regclass,
                            'pg_catalog.pg_proc'::pg_catalog.regclass)
       AND d.refobjid >= 16384
       AND (d.deptype = 'n'
            OR d.deptype = 'a' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                        WHERE e.classid = d.refclassid
                          AND e.objid = d.refobjid
                          AND e.deptype = 'e')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend i
                        WHERE i.classid = d.classid
                          AND i.objid = d.objid
                          AND i.deptype = 'i'
                          AND i.refclassid = d.refclassid
                          AND (i.refobjid = d.refobjid
                               OR EXISTS (SELECT FROM pg_catalog.pg_depend m
                                           WHERE m.classid = i.refclassid
                                             AND m.objid = i.refobjid
                                             AND m.deptype = 'i'
                                             AND m.refclassid = d.refclassid
                                             AND m.refobjid = d.refobjid)))
)
SELECT DISTINCT 't', d.refobjid,
       CASE c.relkind WHEN 'v' THEN 'view' WHEN 'f' THEN 'foreign table' ELSE 'type' END,
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
       c.oid, d.automatic
  FROM d
  JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind IN ('v', 'f', 'c')
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
   AND d.objsubid > 0
UNION ALL
SELECT CASE WHEN d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass THEN 'f' ELSE 't' END,
       d.refobjid,
       CASE WHEN r.rulename <> '_RETURN' THEN 'rule'
            WHEN v.relkind = 'm' THEN 'materialized view'
            WHEN v.relkind = 'v' THEN 'view'
            WHEN o.type LIKE '%constraint' THEN 'constraint'
            WHEN o.type IN ('default value', 'table column') THEN 'default' -- the latter before 15
            ELSE o.type END,
       CASE WHEN r.rulename = '_RETURN'
            THEN pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(v.relname)
            ELSE o.identity END,
       CASE d.classid
            WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN d.objid
            WHEN 'pg_catalog.pg_rewrite'::pg_catalog.regclass THEN v.oid
            WHEN 'pg_catalog.pg_trigger'::pg_catalog.regclass
            THEN (SELECT t.tgrelid FROM pg_catalog.pg_trigger t WHERE t.oid = d.objid)
            WHEN 'pg_catalog.pg_attrdef'::pg_catalog.regclass
            THEN (SELECT x.adrelid FROM pg_catalog.pg_attrdef x WHERE x.oid = d.objid)
            WHEN 'pg_catalog.pg_constraint'::pg_catalog.regclass
            THEN (SELECT NULLIF(k.conrelid, 0) FROM pg_catalog.pg_constraint k WHERE k.oid = d.objid)
            WHEN 'pg_catalog.pg_policy'::pg_catalog.regclass
            THEN (SELECT p.polrelid FROM pg_catalog.pg_policy p WHERE p.oid = d.objid)
            WHEN 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
            THEN (SELECT s.stxrelid FROM pg_catalog.pg_statistic_ext s WHERE s.oid = d.objid) END,
       d.automatic
  FROM d
 CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) AS o
  LEFT JOIN pg_catalog.pg_rewrite r
    ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid
  LEFT JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace
 WHERE o.type IS NOT NULL
   AND NOT (d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND d.objsubid > 0
            AND d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass)
   AND NOT (d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass
            AND d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
            AND EXISTS (SELECT FROM pg_catalog.pg_type t
                         WHERE t.oid = d.objid AND t.typbasetype = d.refobjid))
 ORDER BY 1, 2, 3, 4
