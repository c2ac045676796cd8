-- What depends on relations, their columns and their constraints, one row each: what it is, its
-- name as people write it, the relation that it is or belongs to, its own OID, and whether the
-- server drops it along instead of refusing. What a relation has of its own is read elsewhere
-- (constraints, indexes), but for the columns that triggers, policies and statistics mention.
WITH d AS MATERIALIZED (
    SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid,
           d.deptype <> 'n' AS automatic
      FROM pg_catalog.pg_depend d
     WHERE d.refclassid IN ('pg_catalog.pg_class'::pg_catalog.regclass,
                            'pg_catalog.pg_constraint'::pg_catalog.regclass)
       AND d.refobjid >= 16384
       AND (d.deptype = 'n'
            AND d.classid IN ('pg_catalog.pg_rewrite'::pg_catalog.regclass,
                              'pg_catalog.pg_policy'::pg_catalog.regclass,
                              'pg_catalog.pg_proc'::pg_catalog.regclass,
                              'pg_catalog.pg_attrdef'::pg_catalog.regclass)
            OR d.deptype IN ('n', 'a', 'i')
            AND d.classid IN ('pg_catalog.pg_statistic_ext'::pg_catalog.regclass,
                              'pg_catalog.pg_publication_rel'::pg_catalog.regclass)
            OR d.deptype IN ('n', 'a')
            AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND d.objsubid > 0
            AND d.refobjsubid > 0
            -- Of a column of another relation: (y).a names an attribute of the type of y.
            OR d.deptype = 'n'
            AND d.refobjsubid > 0
            AND (d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
                 OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = 0))
)
SELECT d.refclassid = 'pg_catalog.pg_constraint'::pg_catalog.regclass, d.refobjid, d.refobjsubid,
       CASE WHEN r.rulename <> '_RETURN' THEN 'rule'
            WHEN c.relkind = 'm' THEN 'materialized view'
            ELSE 'view' END,
       CASE WHEN r.rulename <> '_RETURN' THEN pg_catalog.quote_ident(r.rulename)
            ELSE pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) END,
       c.oid, r.oid, d.automatic
  FROM d
  JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
  JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
   AND (r.ev_class <> d.refobjid OR (r.rulename <> '_RETURN' AND d.refobjsubid > 0))
UNION ALL
SELECT false, d.refobjid, d.refobjsubid, 'trigger', pg_catalog.quote_ident(t.tgname),
       t.tgrelid, t.oid, false
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_depend d
    ON d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND d.objid = t.oid
   AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
   AND d.refobjid >= 16384
   AND d.deptype = 'n'
 WHERE t.tgconstraint IN (SELECT 0::oid -- see triggers.sql
                          UNION ALL
                          SELECT k.oid FROM pg_catalog.pg_constraint k WHERE k.contype = 't')
   AND NOT t.tgisinternal
   AND (t.tgrelid <> d.refobjid OR d.refobjsubid > 0)
UNION ALL
SELECT false, d.refobjid, d.refobjsubid, 'policy', pg_catalog.quote_ident(p.polname),
       p.polrelid, p.oid, false
  FROM d
  JOIN pg_catalog.pg_policy p ON p.oid = d.objid
 WHERE d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
   AND (p.polrelid <> d.refobjid OR d.refobjsubid > 0)
UNION ALL
SELECT false, d.refobjid, d.refobjsubid, 'statistics',
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(s.stxname),
       s.stxrelid, s.oid, d.automatic
  FROM d
  JOIN pg_catalog.pg_statistic_ext s ON s.oid = d.objid
  JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
 WHERE d.classid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
UNION ALL
SELECT false, d.refobjid, d.refobjsubid, 'function', d.objid::pg_catalog.regprocedure::text,
       NULL::oid, d.objid, d.automatic
  FROM d
 WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
UNION ALL
SELECT DISTINCT false, d.refobjid, d.refobjsubid, 'publication', pg_catalog.quote_ident(p.pubname),
       NULL::oid, p.oid, d.automatic
  FROM d
  JOIN pg_catalog.pg_publication_rel r ON r.oid = d.objid
  JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid
 WHERE d.classid = 'pg_catalog.pg_publication_rel'::pg_catalog.regclass
UNION ALL
-- Before 15 the generated column itself depends on what it is computed of; since then, its default.
SELECT false, d.refobjid, d.refobjsubid,
       CASE WHEN a.attgenerated <> '' THEN 'generated column' ELSE 'default' END,
       pg_catalog.quote_ident(a.attname), a.attrelid, x.oid, d.automatic
  FROM d
  JOIN pg_catalog.pg_attrdef x ON x.oid = d.objid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = x.adrelid AND a.attnum = x.adnum
 WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
   AND NOT (a.attrelid = d.refobjid AND a.attnum = d.refobjsubid)
UNION ALL
SELECT false, d.refobjid, d.refobjsubid, 'generated column', pg_catalog.quote_ident(a.attname),
       a.attrelid, d.objid, d.automatic
  FROM d
  JOIN pg_catalog.pg_attribute a ON a.attrelid = d.objid AND a.attnum = d.objsubid
 WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
   AND d.objsubid > 0
   AND d.refobjsubid > 0
   AND a.attgenerated <> ''
UNION ALL
SELECT false, d.refobjid, d.refobjsubid, 'sequence',
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
       c.oid, c.oid, true
  FROM pg_catalog.pg_sequence s
  JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_depend d
    ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
   AND d.objid = c.oid
   AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
   AND d.refobjsubid > 0
   AND d.deptype IN ('a', 'i')
UNION ALL
SELECT false, d.refobjid, d.refobjsubid, 'constraint',
       pg_catalog.quote_ident(k.conname) || ' on ' || pg_catalog.quote_ident(n.nspname) || '.'
           || pg_catalog.quote_ident(c.relname),
       k.conrelid, k.oid, false
  FROM d
  JOIN pg_catalog.pg_constraint k ON k.oid = d.objid AND k.contype = 'c'
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid AND c.oid <> d.refobjid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
   AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
UNION ALL
SELECT false, d.refobjid, d.refobjsubid, 'index',
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
       c.oid, c.oid, false
  FROM d
  JOIN pg_catalog.pg_index i ON i.indexrelid = d.objid AND i.indrelid <> d.refobjid
  JOIN pg_catalog.pg_class c ON c.oid = d.objid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
   AND d.objsubid = 0
   AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
 ORDER BY 2, 3, 4, 5
