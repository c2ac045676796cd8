-- Every object that people made here, one row each: kind, its name, the relation that it is or belongs
-- to, how it is defined, and whether it is a partition or belongs to one. With search_path = pg_catalog,
-- so that the server spells every other name with its schema. Left out: zdm's own schema, temporary
-- tables, members of extensions, and what comes with something else (indexes of constraints, row types,
-- NOT NULL as a constraint). A name is part of a key, so that a very long one ends in its hash.
WITH mine AS (
    SELECT n.oid, n.nspname
      FROM pg_namespace n
     WHERE n.nspname <> 'information_schema' AND n.nspname <> 'zdm' AND n.nspname !~ '^pg_'
), extended AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype = 'e'
), rel AS MATERIALIZED (
    SELECT c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) AS name, c.relispartition,
           c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.reloptions, c.relreplident,
           c.relpartbound, c.relowner, c.relacl
      FROM pg_class c
      JOIN mine n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
       AND NOT EXISTS (SELECT FROM extended e
                        WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
), routine AS MATERIALIZED (
    SELECT p.oid, p.prokind, p.proowner, p.proacl, pg_get_functiondef(p.oid) AS definition,
           format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name
      FROM pg_proc p
      JOIN mine n ON n.oid = p.pronamespace
     WHERE p.prokind <> 'a'
       AND NOT EXISTS (SELECT FROM extended e
                        WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
)
SELECT 'schema' AS kind, quote_ident(n.nspname) AS name, NULL::text AS relation,
       format('owner %I', pg_get_userbyid(s.nspowner)) AS definition, false AS partition
  FROM mine n
  JOIN pg_namespace s ON s.oid = n.oid
 WHERE NOT EXISTS (SELECT FROM extended e
                    WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid)
UNION ALL
SELECT CASE rel.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'f' THEN 'foreign table'
            WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
            ELSE 'type' END,
       rel.name,
       coalesce((SELECT format('%I.%I', m.nspname, o.relname) -- the table of a sequence
                   FROM pg_depend d
                   JOIN pg_class o ON o.oid = d.refobjid
                   JOIN pg_namespace m ON m.oid = o.relnamespace
                  WHERE rel.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = rel.oid
                    AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')), rel.name),
       concat_ws('; ',
           CASE WHEN rel.relkind IN ('v', 'm') THEN rtrim(btrim(pg_get_viewdef(rel.oid)), ';') END,
           CASE WHEN rel.relkind = 'c' THEN 'composite' END,
           CASE WHEN rel.relkind = 'S' THEN
               (SELECT format('%s start %s increment %s from %s to %s cache %s%s',
                              format_type(q.seqtypid, NULL), q.seqstart, q.seqincrement, q.seqmin, q.seqmax,
                              q.seqcache, CASE WHEN q.seqcycle THEN ' cycle' ELSE '' END)
                  FROM pg_sequence q WHERE q.seqrelid = rel.oid) END,
           CASE WHEN rel.relkind = 'p' THEN 'partitioned by ' || pg_get_partkeydef(rel.oid) END,
           CASE WHEN rel.relkind IN ('r', 'p', 'f') THEN
               (SELECT string_agg(format('%s %s', CASE WHEN rel.relispartition THEN 'partition of'
                                                       ELSE 'inherits' END,
                                  i.inhparent::regclass), ', ' ORDER BY i.inhseqno)
                  FROM pg_inherits i WHERE i.inhrelid = rel.oid) END,
           pg_get_expr(rel.relpartbound, rel.oid),
           CASE WHEN rel.relpersistence = 'u' THEN 'unlogged' END,
           CASE WHEN rel.relrowsecurity THEN 'row level security' END,
           CASE WHEN rel.relforcerowsecurity THEN 'forced row level security' END,
           CASE rel.relreplident WHEN 'f' THEN 'replica identity full'
                WHEN 'n' THEN CASE WHEN rel.relkind IN ('r', 'p') THEN 'replica identity nothing' END
                WHEN 'i' THEN 'replica identity by index ' || coalesce((
                    SELECT quote_ident(x.relname)
                      FROM pg_index i
                      JOIN pg_class x ON x.oid = i.indexrelid
                     WHERE i.indrelid = rel.oid AND i.indisreplident), '(gone)') END,
           'with ' || array_to_string(rel.reloptions, ', '),
           format('owner %I', pg_get_userbyid(rel.relowner))),
       rel.relispartition
  FROM rel
UNION ALL
SELECT 'column', format('%s.%I', rel.name, a.attname), rel.name,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod),
           CASE WHEN a.attcollation <> t.typcollation THEN
               'COLLATE ' || a.attcollation::regcollation::text END,
           CASE WHEN a.attstorage <> t.typstorage THEN
               CASE a.attstorage WHEN 'p' THEN 'STORAGE PLAIN' WHEN 'e' THEN 'STORAGE EXTERNAL'
                    WHEN 'x' THEN 'STORAGE EXTENDED' ELSE 'STORAGE MAIN' END END,
           CASE a.attcompression WHEN 'p' THEN 'COMPRESSION pglz' WHEN 'l' THEN 'COMPRESSION lz4' END,
           CASE WHEN a.attnotnull THEN 'NOT NULL' END,
           CASE a.attidentity WHEN 'a' THEN 'GENERATED ALWAYS AS IDENTITY'
                WHEN 'd' THEN 'GENERATED BY DEFAULT AS IDENTITY' END,
           CASE WHEN d.adbin IS NOT NULL THEN
               format(CASE a.attgenerated WHEN '' THEN 'DEFAULT %s'
                           WHEN 's' THEN 'GENERATED ALWAYS AS (%s) STORED'
                           ELSE 'GENERATED ALWAYS AS (%s) VIRTUAL' END,
                      pg_get_expr(d.adbin, CASE WHEN d.adbin::text LIKE '%{VAR %' THEN d.adrelid
                                                ELSE 0 END)) END),
       rel.relispartition
  FROM pg_attribute a
  JOIN rel ON rel.oid = a.attrelid AND rel.relkind IN ('r', 'p', 'f', 'c')
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', format('%s: %I', rel.name, c.conname), rel.name,
       concat(pg_get_constraintdef(c.oid),
           CASE WHEN c.contype = 'f' AND EXISTS (SELECT FROM pg_trigger g
                                                  WHERE g.tgconstraint = c.oid AND g.tgenabled IN ('D', 'R'))
                THEN ' (disabled)' END),
       rel.relispartition
  FROM pg_constraint c
  JOIN rel ON rel.oid = c.conrelid
 WHERE c.contype NOT IN ('t', 'n')
UNION ALL
SELECT 'constraint', format('%I.%I: %I', n.nspname, t.typname, c.conname), NULL,
       pg_get_constraintdef(c.oid), false
  FROM pg_constraint c
  JOIN pg_type t ON t.oid = c.contypid
  JOIN mine n ON n.oid = t.typnamespace
 WHERE c.contype <> 'n'
   AND NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
UNION ALL
SELECT 'index', format('%I.%I', n.nspname, x.relname), rel.name,
       concat(pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN ' (INVALID)' END),
       rel.relispartition
  FROM pg_index i
  JOIN rel ON rel.oid = i.indrelid
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = x.relnamespace
 WHERE NOT EXISTS (SELECT FROM pg_constraint c
                    WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT 'trigger', format('%s: %I', rel.name, g.tgname), rel.name,
       concat(pg_get_triggerdef(g.oid), CASE g.tgenabled WHEN 'D' THEN ' (disabled)'
           WHEN 'R' THEN ' (fires on replicas only)' WHEN 'A' THEN ' (fires always)' END),
       rel.relispartition
  FROM pg_trigger g
  JOIN rel ON rel.oid = g.tgrelid
 WHERE NOT g.tgisinternal
UNION ALL
SELECT 'policy', format('%s: %I', rel.name, p.polname), rel.name,
       concat_ws(' ', CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END, 'for',
           CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'
                WHEN 'd' THEN 'delete' ELSE 'all' END, 'to',
           (SELECT string_agg(CASE WHEN r.role = 0 THEN 'public'
                                   ELSE quote_ident(pg_get_userbyid(r.role)) END, ', '
                              ORDER BY r.role <> 0, pg_get_userbyid(r.role))
              FROM unnest(p.polroles) AS r (role)),
           'using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
           'with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
       rel.relispartition
  FROM pg_policy p
  JOIN rel ON rel.oid = p.polrelid
UNION ALL
SELECT 'rule', format('%s: %I', rel.name, r.rulename), rel.name,
       concat(pg_get_ruledef(r.oid), CASE r.ev_enabled WHEN 'D' THEN ' (disabled)'
           WHEN 'R' THEN ' (fires on replicas only)' WHEN 'A' THEN ' (fires always)' END),
       rel.relispartition
  FROM pg_rewrite r
  JOIN rel ON rel.oid = r.ev_class
 WHERE r.rulename <> '_RETURN'
UNION ALL
SELECT 'statistics', format('%I.%I', n.nspname, s.stxname), rel.name, pg_get_statisticsobjdef(s.oid),
       rel.relispartition
  FROM pg_statistic_ext s
  JOIN rel ON rel.oid = s.stxrelid
  JOIN pg_namespace n ON n.oid = s.stxnamespace
UNION ALL
SELECT CASE routine.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
       CASE WHEN octet_length(routine.name) > 2000
            THEN concat(left(routine.name, 500), '... MD5 of the whole: ', md5(routine.name))
            ELSE routine.name END, NULL,
       CASE WHEN length(routine.definition) > 2000
            THEN concat(left(routine.definition, 1900), E'\n... MD5 of the whole: ',
                        md5(routine.definition))
            ELSE routine.definition END, false
  FROM routine
UNION ALL
SELECT 'aggregate', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
       NULL, concat_ws(' ', 'by', a.aggtransfn::regprocedure, 'of', format_type(a.aggtranstype, NULL)), false
  FROM pg_aggregate a
  JOIN pg_proc p ON p.oid = a.aggfnoid
  JOIN mine n ON n.oid = p.pronamespace
 WHERE NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
UNION ALL
SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, format('%I.%I', n.nspname, t.typname), NULL,
       CASE t.typtype
           WHEN 'e' THEN concat('enum (', (SELECT string_agg(quote_literal(e.enumlabel), ', '
                                                             ORDER BY e.enumsortorder)
                                             FROM pg_enum e WHERE e.enumtypid = t.oid), ')')
           WHEN 'd' THEN concat_ws(' ', format_type(t.typbasetype, t.typtypmod),
                             CASE WHEN t.typnotnull THEN 'NOT NULL' END, 'DEFAULT ' || t.typdefault)
           WHEN 'r' THEN (SELECT 'range of ' || format_type(r.rngsubtype, NULL) FROM pg_range r
                           WHERE r.rngtypid = t.oid)
           ELSE 'base type' END, false
  FROM pg_type t
  JOIN mine n ON n.oid = t.typnamespace
 WHERE t.typtype IN ('e', 'd', 'r')
   AND NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
UNION ALL
SELECT 'extension', quote_ident(x.extname), NULL, 'version ' || x.extversion, false
  FROM pg_extension x
UNION ALL
-- One row a role that is no owner and may do something: 'public.users: app'.
SELECT 'grant', format('%s: %s', g.name, CASE WHEN g.grantee = 0 THEN 'PUBLIC'
                                               ELSE quote_ident(pg_get_userbyid(g.grantee)) END),
       g.relation,
       string_agg(DISTINCT g.privilege_type || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '),
       g.partition
  FROM (SELECT rel.name, rel.name AS relation, rel.relowner AS owner, rel.relispartition AS partition, a.*
          FROM rel, aclexplode(coalesce(rel.relacl,
                   acldefault(CASE rel.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", rel.relowner))) AS a
         WHERE rel.relkind <> 'c'
        UNION ALL
        SELECT format('%s.%I', rel.name, c.attname), rel.name, rel.relowner, rel.relispartition, a.*
          FROM rel
          JOIN pg_attribute AS c ON c.attrelid = rel.oid AND c.attacl IS NOT NULL AND NOT c.attisdropped,
               aclexplode(c.attacl) AS a
        UNION ALL
        SELECT quote_ident(n.nspname), NULL, n.nspowner, false, a.*
          FROM mine
          JOIN pg_namespace AS n ON n.oid = mine.oid,
               aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
         WHERE NOT EXISTS (SELECT FROM extended e
                            WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid)
        UNION ALL
        SELECT CASE WHEN octet_length(routine.name) > 2000
                    THEN concat(left(routine.name, 500), '... MD5 of the whole: ', md5(routine.name))
                    ELSE routine.name END, NULL, routine.proowner, false, a.*
          FROM routine, aclexplode(coalesce(routine.proacl, acldefault('f', routine.proowner))) AS a) AS g
 WHERE g.grantee <> g.owner
 GROUP BY g.name, g.relation, g.grantee, g.partition
