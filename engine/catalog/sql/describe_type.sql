-- $1 oid of a type, under search_path = pg_catalog -> one JSON text, as in describe.h.
SELECT pg_catalog.jsonb_build_object(
  'schema', n.nspname, 'name', t.typname, 'is_enum', t.typtype = 'e',
  'spelt', pg_catalog.format_type(t.oid, NULL),
  'owner', pg_catalog.pg_get_userbyid(t.typowner),
  'comment', pg_catalog.obj_description(t.oid, 'pg_type'),
  'grants', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
               'privilege', g.privilege_type,
               'role', CASE WHEN g.grantee = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(g.grantee) END,
               'grantable', g.is_grantable) ORDER BY g.grantee, g.privilege_type)
               FROM pg_catalog.aclexplode(t.typacl) g
              WHERE g.grantee <> t.typowner),
  'closed', t.typacl IS NOT NULL,
  'labels', COALESCE((SELECT pg_catalog.jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e
                       WHERE e.enumtypid = t.oid), '[]'),
  'columns', COALESCE((
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
             'table', a.attrelid::pg_catalog.regclass::text, 'column', a.attname, 'array', a.atttypid <> t.oid)
             ORDER BY a.attrelid::pg_catalog.regclass::text, a.attnum)
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     WHERE a.atttypid IN (t.oid, t.typarray) AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
       AND a.attnum > 0 AND NOT a.attisdropped), '[]'),
  -- What else is made of it: neither one of those columns, also in a view, nor a default, an index or a CHECK of theirs.
  'others', COALESCE((
    SELECT pg_catalog.jsonb_agg(DISTINCT COALESCE(
             pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, r.ev_class, 0),
             pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)))
      FROM pg_catalog.pg_depend d
      LEFT JOIN pg_catalog.pg_rewrite r
        ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid AND r.rulename = '_RETURN'
      LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.objid
      LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid
      LEFT JOIN pg_catalog.pg_constraint k
        ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.oid = d.objid
      LEFT JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND f.oid = d.objid
     WHERE d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.refobjid IN (t.oid, t.typarray)
       AND d.deptype <> 'i'
       AND NOT (COALESCE(c.relkind IN ('r', 'p', 'v'), false) AND d.objsubid > 0)
       AND NOT EXISTS (
         SELECT FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = COALESCE(x.indrelid, NULLIF(k.conrelid, 0), f.adrelid) AND a.atttypid IN (t.oid, t.typarray)
            AND (f.oid IS NULL OR a.attnum = f.adnum))), '[]')
)::text
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.oid = $1::pg_catalog.oid
