-- $1 oid of a relation, under search_path = pg_catalog -> one JSON text, as in describe.h.
SELECT pg_catalog.jsonb_build_object(
  'schema', n.nspname, 'name', c.relname,
  'kind', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
                         WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'other' END,
  'owner', pg_catalog.pg_get_userbyid(c.relowner),
  'persistence', CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END,
  'partition_of', (SELECT i.inhparent::pg_catalog.regclass::text FROM pg_catalog.pg_inherits i
                    WHERE c.relispartition AND i.inhrelid = c.oid),
  'partitions', COALESCE((SELECT pg_catalog.jsonb_agg(x ORDER BY x)
                   FROM (SELECT i.inhrelid::pg_catalog.regclass::text AS x FROM pg_catalog.pg_inherits i
                          WHERE c.relkind = 'p' AND i.inhparent = c.oid) s), '[]'),
  -- Columns that a partition key is made of depend on the table: none of them can be dropped.
  'partition_key', COALESCE((SELECT pg_catalog.jsonb_agg(DISTINCT a.attname)
                      FROM pg_catalog.pg_depend d
                      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
                     WHERE c.relkind = 'p' AND d.deptype = 'i'
                       AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.objsubid > 0
                       AND d.refclassid = d.classid AND d.refobjid = c.oid AND d.refobjsubid = 0), '[]'),
  -- A key that is no plain column, compared as its type and the column say, is ''.
  'partition_by', (
    SELECT pg_catalog.jsonb_build_object(
             'strategy', CASE p.partstrat WHEN 'r' THEN 'range' WHEN 'l' THEN 'list' ELSE 'hash' END,
             'default', NULLIF(p.partdefid, 0)::pg_catalog.regclass::text,
             'columns', (
               SELECT pg_catalog.jsonb_agg(COALESCE(a.attname, '') ORDER BY k.o)
                 FROM ROWS FROM (pg_catalog.unnest(p.partattrs::pg_catalog.int2[]),
                                 pg_catalog.unnest(p.partclass::pg_catalog.oid[]),
                                 pg_catalog.unnest(p.partcollation::pg_catalog.oid[]))
                      WITH ORDINALITY AS k (attnum, class, coll, o)
                 JOIN pg_catalog.pg_opclass y ON y.oid = k.class
                 LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum AND k.attnum > 0
                                                    AND a.attcollation = k.coll AND y.opcdefault))
      FROM pg_catalog.pg_partitioned_table p WHERE p.partrelid = c.oid),
  'bound', CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END,
  'condition', CASE WHEN c.relispartition THEN pg_catalog.pg_get_partition_constraintdef(c.oid) END,
  'children', COALESCE((SELECT pg_catalog.jsonb_agg(x ORDER BY x)
                 FROM (SELECT i.inhrelid::pg_catalog.regclass::text AS x FROM pg_catalog.pg_inherits i
                        WHERE c.relkind <> 'p' AND i.inhparent = c.oid) s), '[]'),
  'parents', COALESCE((SELECT pg_catalog.jsonb_agg(i.inhparent::pg_catalog.regclass::text ORDER BY i.inhseqno)
                         FROM pg_catalog.pg_inherits i WHERE NOT c.relispartition AND i.inhrelid = c.oid), '[]'),
  'of_type', NULLIF(c.reloftype, 0)::pg_catalog.regtype::text,
  'tablespace', (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace),
  'stored_by', (SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap'),
  'row_security', c.relrowsecurity,
  'row_security_forced', c.relforcerowsecurity,
  'comment', pg_catalog.obj_description(c.oid, 'pg_class'),
  'options', (SELECT pg_catalog.jsonb_agg(r.o ORDER BY r.toast, r.n)
                FROM (SELECT o, false, n FROM pg_catalog.unnest(c.reloptions) WITH ORDINALITY AS u(o, n)
                      UNION ALL
                      SELECT 'toast.' || o, true, n
                        FROM pg_catalog.pg_class x, pg_catalog.unnest(x.reloptions) WITH ORDINALITY AS u(o, n)
                       WHERE x.oid = c.reltoastrelid) AS r(o, toast, n)),
  'grants', COALESCE((
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
             'privilege', g.privilege_type,
             'role', CASE WHEN g.grantee = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(g.grantee) END,
             'grantable', g.is_grantable) ORDER BY g.grantee, g.privilege_type)
      FROM pg_catalog.aclexplode(c.relacl) g
     WHERE g.grantee <> c.relowner), '[]'),
  -- By ALTER DEFAULT PRIVILEGES, of whoever makes it. A role that makes something itself is its owner, who keeps its rights.
  'given_to_new', COALESCE((
    SELECT pg_catalog.jsonb_agg(DISTINCT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
             'on', CASE d.defaclobjtype WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' ELSE 'function' END,
             'role', CASE WHEN g.grantee = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(g.grantee) END)))
      FROM pg_catalog.pg_default_acl d, pg_catalog.aclexplode(d.defaclacl) g
     WHERE (d.defaclobjtype IN ('r', 'S') AND d.defaclnamespace IN (0, n.oid)
            OR d.defaclobjtype = 'f' AND d.defaclnamespace = 0)
       AND g.grantee <> c.relowner
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_default_acl o WHERE o.defaclrole = g.grantee)), '[]'),
  -- Publications that a new table is in at once: of all tables, or (since 15) of a schema, which is known by a table
  -- that is published without being named.
  'publishes_new', COALESCE((
    SELECT pg_catalog.jsonb_agg(DISTINCT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
             'publication', p.pubname, 'schema', s.schemaname)))
      FROM pg_catalog.pg_publication p
      LEFT JOIN (SELECT t.pubname, t.schemaname
                   FROM pg_catalog.pg_publication_tables t
                   JOIN pg_catalog.pg_namespace tn ON tn.nspname = t.schemaname
                   JOIN pg_catalog.pg_class tc ON tc.relnamespace = tn.oid AND tc.relname = t.tablename
                  WHERE NOT tc.relispartition
                    AND t.pubname IN (SELECT o.pubname FROM pg_catalog.pg_publication o WHERE NOT o.puballtables)
                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel r
                                      JOIN pg_catalog.pg_publication o ON o.oid = r.prpubid
                                     WHERE r.prrelid = tc.oid AND o.pubname = t.pubname)) s ON s.pubname = p.pubname
     WHERE p.puballtables OR s.schemaname IS NOT NULL), '[]'),
  'replica_identity', CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'n' THEN 'nothing'
                                          WHEN 'f' THEN 'full' ELSE 'index' END,
  'columns', COALESCE((
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'name', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'domain_over', (SELECT pg_catalog.format_type(y.typbasetype, NULL) FROM pg_catalog.pg_type y
                       WHERE y.oid = a.atttypid AND y.typtype = 'd'),
      -- Since 18 it is set for a constraint that is NOT VALID, too.
      'not_null', a.attnotnull AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_constraint k
         WHERE k.conrelid = c.oid AND k.contype = 'n' AND NOT k.convalidated AND a.attnum = ANY (k.conkey)),
      'default', CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
      -- Whoever asks in the same statement gets the same value: it calls nothing but what the server brings along and
      -- says that of.
      'default_same', CASE WHEN a.attgenerated = '' AND d.adbin IS NOT NULL THEN NULLIF((
        SELECT COALESCE(pg_catalog.bool_and(COALESCE(
                 f.provolatile <> 'v' AND f.pronamespace = 'pg_catalog'::pg_catalog.regnamespace, false)), true)
          FROM pg_catalog.regexp_matches(d.adbin::text, ':(?:func|opfunc)id ([0-9]+)', 'g') AS m(id)
          LEFT JOIN pg_catalog.pg_proc f ON f.oid = m.id[1]::pg_catalog.oid), false) END,
      'generated', CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
      'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
      'sequence', pg_catalog.pg_get_serial_sequence(c.oid::pg_catalog.regclass::text, a.attname),
      'sequence_options', (
        SELECT pg_catalog.format('START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s', q.seqstart,
                                 q.seqincrement, q.seqmin, q.seqmax, q.seqcache, CASE WHEN q.seqcycle THEN ' CYCLE' END)
          FROM pg_catalog.pg_sequence q
         WHERE q.seqrelid = pg_catalog.pg_get_serial_sequence(c.oid::pg_catalog.regclass::text, a.attname)
                              ::pg_catalog.regclass),
      'sequence_is', (
        SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                 'schema', sn.nspname, 'name', sc.relname, 'type', pg_catalog.format_type(q.seqtypid, NULL),
                 'start', q.seqstart::text, 'increment', q.seqincrement::text, 'cache', q.seqcache::text,
                 'cycle', NULLIF(q.seqcycle, false),
                 -- When it is another one than its type gives it.
                 'min', CASE WHEN q.seqmin <> CASE WHEN q.seqincrement > 0 THEN 1 ELSE w.least END
                             THEN q.seqmin::text END,
                 'max', CASE WHEN q.seqmax <> CASE WHEN q.seqincrement > 0 THEN w.greatest ELSE -1 END
                             THEN q.seqmax::text END,
                 'comment', pg_catalog.obj_description(sc.oid, 'pg_class'),
                 'grants', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                              'privilege', g.privilege_type,
                              'role', CASE WHEN g.grantee = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(g.grantee) END,
                              'grantable', g.is_grantable) ORDER BY g.grantee, g.privilege_type)
                              FROM pg_catalog.aclexplode(sc.relacl) g
                             WHERE g.grantee <> sc.relowner)))
          FROM pg_catalog.pg_sequence q
          JOIN pg_catalog.pg_class sc ON sc.oid = q.seqrelid
          JOIN pg_catalog.pg_namespace sn ON sn.oid = sc.relnamespace,
               LATERAL (SELECT CASE pg_catalog.format_type(q.seqtypid, NULL)
                                 WHEN 'smallint' THEN -32768 WHEN 'integer' THEN -2147483648
                                 ELSE -9223372036854775808 END AS least,
                               CASE pg_catalog.format_type(q.seqtypid, NULL)
                                 WHEN 'smallint' THEN 32767 WHEN 'integer' THEN 2147483647
                                 ELSE 9223372036854775807 END AS greatest) w
         WHERE q.seqrelid
               = pg_catalog.pg_get_serial_sequence(c.oid::pg_catalog.regclass::text, a.attname)::pg_catalog.regclass),
      -- What takes numbers of it beside the column: it keeps the sequence from going.
      'sequence_users', (
        SELECT pg_catalog.jsonb_agg(DISTINCT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                 'what', pg_catalog.pg_describe_object(p.classid, p.objid, p.objsubid), 'own', NULLIF(x.adrelid = c.oid, false))))
          FROM pg_catalog.pg_depend p
          LEFT JOIN pg_catalog.pg_attrdef x ON p.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND x.oid = p.objid
         WHERE p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.deptype <> 'i'
           AND p.refobjid
               = pg_catalog.pg_get_serial_sequence(c.oid::pg_catalog.regclass::text, a.attname)::pg_catalog.regclass
           AND (x.adrelid = c.oid AND x.adnum = a.attnum) IS NOT TRUE),
      'enum', NULLIF(t.typtype = 'e', false),
      -- Of its values IS NULL looks at the fields.
      'row_type', NULLIF('c' IN (t.typtype, (SELECT y.typtype FROM pg_catalog.pg_type y WHERE y.oid = t.typbasetype)), false),
      'collation', CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0
                        THEN (SELECT pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(l.collname)
                                FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace cn ON cn.oid = l.collnamespace
                               WHERE l.oid = a.attcollation) END,
      'storage', CASE WHEN a.attstorage <> t.typstorage
                      THEN CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
                                             WHEN 'm' THEN 'main' ELSE 'extended' END END,
      'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
      'statistics', NULLIF(a.attstattarget, -1),
      -- pg_attver is a note of the server's own, in the minor releases of November 2026.
      'options', (SELECT pg_catalog.jsonb_agg(o ORDER BY o) FROM pg_catalog.unnest(a.attoptions) AS o
                   WHERE o NOT LIKE 'pg\_attver=%'),
      'comment', pg_catalog.col_description(c.oid, a.attnum),
      'inherited', NULLIF(a.attinhcount > 0, false),
      'type_default', t.typdefault,
      -- Where its operators are: of a type that an extension made, of a domain over one.
      'type_in', (
        WITH RECURSIVE base AS (
          SELECT t.typtype, t.typcategory, t.typbasetype, t.typnamespace
          UNION ALL
          SELECT y.typtype, y.typcategory, y.typbasetype, y.typnamespace
            FROM base b JOIN pg_catalog.pg_type y ON b.typtype = 'd' AND y.oid = b.typbasetype)
        SELECT bn.nspname FROM base b JOIN pg_catalog.pg_namespace bn ON bn.oid = b.typnamespace
         WHERE b.typtype = 'b' AND b.typcategory <> 'A' AND bn.nspname <> 'pg_catalog'),
      'no_equality', NULLIF(EXISTS (
        -- What the type is made of: of a domain its base, of an array its elements, of a row its columns.
        WITH RECURSIVE made_of AS (
          SELECT a.atttypid AS oid
          UNION
          SELECT p.oid
            FROM made_of m JOIN pg_catalog.pg_type y ON y.oid = m.oid,
                 LATERAL (SELECT y.typbasetype AS oid WHERE y.typtype = 'd'
                          UNION ALL SELECT y.typelem WHERE y.typtype = 'b' AND y.typcategory = 'A'
                          UNION ALL SELECT b.atttypid FROM pg_catalog.pg_attribute b
                                     WHERE y.typtype = 'c' AND b.attrelid = y.typrelid
                                       AND b.attnum > 0 AND NOT b.attisdropped) p)
        SELECT FROM made_of m JOIN pg_catalog.pg_type y ON y.oid = m.oid
         WHERE y.typtype = 'b' AND y.typcategory <> 'A'
           AND NOT EXISTS (
             SELECT FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_am am ON am.oid = o.opcmethod
              WHERE o.opcdefault AND am.amname IN ('btree', 'hash')
                AND (o.opcintype = y.oid
                     OR EXISTS (SELECT FROM pg_catalog.pg_cast k
                                 WHERE k.castsource = y.oid AND k.casttarget = o.opcintype
                                   AND k.castmethod = 'b' AND k.castcontext = 'i')))), false),
      'grants', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                    'privilege', g.privilege_type,
                    'role', CASE WHEN g.grantee = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(g.grantee) END,
                    'grantable', g.is_grantable) ORDER BY g.grantee, g.privilege_type)
                   FROM pg_catalog.aclexplode(a.attacl) g)
    )) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]'),
  'constraints', COALESCE((
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'name', k.conname,
      'type', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check'
                             WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclusion' WHEN 't' THEN 'trigger'
                             ELSE 'not null' END,
      'definition', pg_catalog.pg_get_constraintdef(k.oid),
      'valid', k.convalidated,
      'deferrable', NULLIF(k.condeferrable, false),
      'references', NULLIF(k.confrelid, 0)::pg_catalog.regclass::text,
      'index', (SELECT i.relname FROM pg_catalog.pg_class i WHERE i.oid = k.conindid AND k.contype IN ('p', 'u', 'x')),
      'inherited', NULLIF(k.coninhcount > 0, false),
      'comment', pg_catalog.obj_description(k.oid, 'pg_constraint'),
      'columns', (SELECT pg_catalog.jsonb_agg(a.attname ORDER BY u.o)
                    FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u (n, o)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n)
    )) ORDER BY k.conname)
    FROM pg_catalog.pg_constraint k
   WHERE k.conrelid = c.oid), '[]'),
  'referenced_by', COALESCE((
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'table', k.conrelid::pg_catalog.regclass::text, 'name', k.conname,
      'definition', pg_catalog.pg_get_constraintdef(k.oid), 'valid', k.convalidated,
      'comment', pg_catalog.obj_description(k.oid, 'pg_constraint'),
      'index', (SELECT i.relname FROM pg_catalog.pg_class i WHERE i.oid = k.conindid),
      'columns', (SELECT pg_catalog.jsonb_agg(a.attname ORDER BY u.o)
                    FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u (n, o)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n),
      'referenced', (SELECT pg_catalog.jsonb_agg(a.attname ORDER BY u.o)
                    FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS u (n, o)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n)
    ) ORDER BY k.conrelid::pg_catalog.regclass::text, k.conname)
    FROM pg_catalog.pg_constraint k
   WHERE k.confrelid = c.oid AND k.contype = 'f'), '[]'),
  'indexes', COALESCE((
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'name', ic.relname,
      -- The server leaves the tablespace out, which stands in front of the condition.
      'definition', (
        SELECT pg_catalog.left(d.whole, pg_catalog.length(d.whole) - pg_catalog.length(d.condition))
               || COALESCE(' TABLESPACE ' || pg_catalog.quote_ident(s.spcname), '') || d.condition
          FROM (SELECT pg_catalog.pg_get_indexdef(x.indexrelid),
                       COALESCE(' WHERE ' || pg_catalog.pg_get_expr(x.indpred, x.indrelid), '')) AS d(whole, condition)
          LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = ic.reltablespace),
      'unique', x.indisunique, 'primary', NULLIF(x.indisprimary, false), 'valid', x.indisvalid,
      'constraint', (SELECT k.conname FROM pg_catalog.pg_constraint k
                      WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x') AND k.conrelid = c.oid),
      'predicate', pg_catalog.pg_get_expr(x.indpred, x.indrelid),
      'replica_identity', NULLIF(x.indisreplident, false),
      'clustered', NULLIF(x.indisclustered, false),
      'tablespace', (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = ic.reltablespace),
      'attached_to', (SELECT h.inhparent::pg_catalog.regclass::text FROM pg_catalog.pg_inherits h
                       WHERE h.inhrelid = x.indexrelid),
      'comment', pg_catalog.obj_description(x.indexrelid, 'pg_class'),
      'statistics', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('key', a.attnum, 'target', a.attstattarget)
                              ORDER BY a.attnum)
                       FROM pg_catalog.pg_attribute a WHERE a.attrelid = x.indexrelid AND a.attstattarget >= 0),
      'options', (SELECT pg_catalog.string_agg(o, ', ') FROM pg_catalog.unnest(ic.reloptions) AS o),
      'keys', (SELECT pg_catalog.jsonb_agg(pg_catalog.pg_get_indexdef(x.indexrelid, o, false) ORDER BY o)
                 FROM pg_catalog.generate_series(1, x.indnkeyatts) AS o),
      -- Of a constraint's index nothing depends on its columns but the constraint.
      'columns', (SELECT pg_catalog.jsonb_agg(DISTINCT a.attname)
                    FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attnum > 0
                     AND (a.attnum = ANY (x.indkey::pg_catalog.int2[])
                          OR EXISTS (SELECT FROM pg_catalog.pg_depend p
                                      WHERE p.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                        AND p.objid = x.indexrelid
                                        AND p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                        AND p.refobjid = c.oid AND p.refobjsubid = a.attnum)))
    )) ORDER BY ic.relname)
    FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class ic ON ic.oid = x.indexrelid
   WHERE x.indrelid = c.oid), '[]'),
  -- What mentions the table, or one column of it, from outside of what is listed above. Before 15 a generated
  -- column itself depends on what it is computed of; since then, its default.
  'dependents', COALESCE((
    SELECT pg_catalog.jsonb_agg(DISTINCT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'what', COALESCE('generated column ' || pg_catalog.quote_ident(g.attname),
                       CASE WHEN r.rulename = '_RETURN' -- what makes it a view
                            THEN pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, r.ev_class, 0) END,
                       pg_catalog.pg_describe_object(d.classid, d.objid, 0)),
      'column', a.attname,
      'kind', CASE d.classid WHEN 'pg_catalog.pg_policy'::pg_catalog.regclass THEN 'policy'
                             WHEN 'pg_catalog.pg_trigger'::pg_catalog.regclass THEN 'trigger'
                             WHEN 'pg_catalog.pg_publication_rel'::pg_catalog.regclass THEN 'publication'
                             WHEN 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                             THEN (SELECT 'view' FROM pg_catalog.pg_class w
                                    WHERE w.oid = r.ev_class AND w.relkind = 'v' AND r.rulename = '_RETURN') END,
      'view', CASE WHEN r.rulename = '_RETURN' THEN r.ev_class::pg_catalog.regclass::text END,
      -- It goes with the table.
      'own', NULLIF(d.classid = 'pg_catalog.pg_publication_rel'::pg_catalog.regclass
                    OR EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.oid = d.objid AND p.polrelid = c.oid
                                 AND d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass)
                    OR EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.oid = d.objid AND t.tgrelid = c.oid
                                 AND d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass)
                    OR EXISTS (SELECT FROM pg_catalog.pg_statistic_ext e WHERE e.oid = d.objid AND e.stxrelid = c.oid
                                 AND d.classid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass)
                    OR COALESCE(r.ev_class = c.oid, false) OR COALESCE(g.attrelid = c.oid, false), false))))
    FROM pg_catalog.pg_depend d
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0
    LEFT JOIN pg_catalog.pg_attrdef x ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND x.oid = d.objid
    LEFT JOIN pg_catalog.pg_attribute g
      ON g.attgenerated <> '' AND g.attrelid = c.oid
     AND (x.adrelid = c.oid AND g.attnum = x.adnum
          OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND g.attnum = d.objsubid)
    LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid
   WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = c.oid
     AND (d.classid IN ('pg_catalog.pg_policy'::pg_catalog.regclass,
                        'pg_catalog.pg_proc'::pg_catalog.regclass,
                        'pg_catalog.pg_statistic_ext'::pg_catalog.regclass,
                        'pg_catalog.pg_publication_rel'::pg_catalog.regclass)
          OR d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND (r.ev_class <> c.oid OR r.rulename <> '_RETURN')
          OR d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass
             AND EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.oid = d.objid AND NOT t.tgisinternal)
          OR g.attnum <> d.refobjsubid AND d.refobjsubid > 0
          OR x.oid IS NOT NULL AND NOT (x.adrelid = c.oid AND x.adnum = d.refobjsubid))), '[]'),
  -- What is made of the table's row type, or of its array.
  'row_type_users', COALESCE((
    SELECT pg_catalog.jsonb_agg(DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid))
      FROM pg_catalog.pg_type y
      JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
                                 AND d.refobjid IN (y.oid, y.typarray)
     WHERE y.oid = c.reltype AND d.deptype <> 'i'), '[]'),
  -- What ties the table, or one column of it, to something that has no statement which moves it to another one.
  'ties', COALESCE((
    WITH mine AS (
      SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS classid, c.oid AS objid
      UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, x.indexrelid FROM pg_catalog.pg_index x
                 WHERE x.indrelid = c.oid
      UNION ALL SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, g.oid FROM pg_catalog.pg_trigger g
                 WHERE g.tgrelid = c.oid
      UNION ALL SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass, p.oid FROM pg_catalog.pg_policy p
                 WHERE p.polrelid = c.oid
    ), owned AS (
      SELECT q.oid, d.refobjsubid AS attnum, d.deptype
        FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class q ON q.oid = d.objid AND q.relkind = 'S'
       WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid AND d.refobjid = c.oid
         AND d.deptype IN ('a', 'i')
    )
    SELECT pg_catalog.jsonb_agg(DISTINCT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
             'what', t.what, 'column', a.attname)))
      FROM (SELECT pg_catalog.format('subscription %s', u.subname) AS what, NULL::int AS attnum
              FROM pg_catalog.pg_subscription_rel r JOIN pg_catalog.pg_subscription u ON u.oid = r.srsubid
             WHERE r.srrelid = c.oid
            UNION ALL
            SELECT pg_catalog.format('%s %s %s', pg_catalog.pg_describe_object(d.classid, d.objid, 0),
                     CASE d.deptype WHEN 'e' THEN 'belongs to' ELSE 'depends on' END,
                     pg_catalog.pg_describe_object(d.refclassid, d.refobjid, 0)), NULL
              FROM mine m JOIN pg_catalog.pg_depend d ON d.classid = m.classid AND d.objid = m.objid AND d.objsubid = 0
             WHERE d.deptype IN ('e', 'x')
            UNION ALL
            SELECT pg_catalog.format('security label of %s, by %s', pg_catalog.pg_describe_object(l.classoid, l.objoid,
                     l.objsubid), l.provider), NULLIF(l.objsubid, 0)
              FROM mine m JOIN pg_catalog.pg_seclabel l ON l.classoid = m.classid AND l.objoid = m.objid
            UNION ALL
            SELECT pg_catalog.format('security label of %s, by %s', pg_catalog.pg_describe_object(l.classoid, l.objoid,
                     l.objsubid), l.provider), o.attnum
              FROM owned o JOIN pg_catalog.pg_seclabel l
                ON l.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND l.objoid = o.oid
            UNION ALL
            SELECT pg_catalog.format('sequence %s, the second one of a column', o.oid::pg_catalog.regclass), o.attnum
              FROM owned o JOIN pg_catalog.pg_attribute b ON b.attrelid = c.oid AND b.attnum = o.attnum
             WHERE o.oid <> pg_catalog.pg_get_serial_sequence(c.oid::pg_catalog.regclass::text, b.attname)
                              ::pg_catalog.regclass
            UNION ALL
            -- Another identity has a sequence of its own, and who knows this one goes on to take numbers of it.
            SELECT pg_catalog.format('%s, which takes numbers of %s', pg_catalog.pg_describe_object(p.classid, p.objid,
                     p.objsubid), o.oid::pg_catalog.regclass), o.attnum
              FROM owned o JOIN pg_catalog.pg_depend p
                ON p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.refobjid = o.oid AND p.deptype <> 'i'
             WHERE o.deptype = 'i'
            UNION ALL
            -- What came with 18, for which zdm has no words yet: to spell it otherwise would change it.
            SELECT pg_catalog.format('column %s, which is VIRTUAL', pg_catalog.quote_ident(v.attname)), v.attnum
              FROM pg_catalog.pg_attribute v WHERE v.attrelid = c.oid AND v.attgenerated = 'v'
            UNION ALL
            SELECT pg_catalog.format('constraint %s of %s, which is %s', pg_catalog.quote_ident(k.conname),
                     k.conrelid::pg_catalog.regclass, k.is), u.attnum
              FROM (SELECT o.*, CASE WHEN pg_catalog.to_jsonb(o) ->> 'conenforced' = 'false' THEN 'NOT ENFORCED'
                                     WHEN pg_catalog.to_jsonb(o) ->> 'conperiod' = 'true' THEN 'of periods' END AS is
                      FROM pg_catalog.pg_constraint o WHERE c.oid IN (o.conrelid, o.confrelid)) AS k,
                   pg_catalog.unnest(CASE k.conrelid WHEN c.oid THEN k.conkey ELSE k.confkey END) AS u(attnum)
             WHERE k.is IS NOT NULL
            UNION ALL
            -- An owner who took rights from himself: triggers that write to the table for others would not get through.
            SELECT pg_catalog.format('%s, which its owner %s took from himself', g.privilege_type,
                     pg_catalog.pg_get_userbyid(c.relowner)), NULL
              FROM pg_catalog.aclexplode(pg_catalog.acldefault('r', c.relowner)) g
             WHERE c.relacl IS NOT NULL AND g.grantee = c.relowner
               AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) h
                                WHERE h.grantee = g.grantee AND h.privilege_type = g.privilege_type)
           ) AS t
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = t.attnum), '[]'),
  'policies', COALESCE((
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'name', p.polname,
      'definition', pg_catalog.format('AS %s FOR %s TO %s%s%s',
        CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
        CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
                      ELSE 'ALL' END,
        (SELECT pg_catalog.string_agg(CASE WHEN o.role = 0 THEN 'PUBLIC'
                                           ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(o.role)) END, ', '
                                      ORDER BY o.n)
           FROM pg_catalog.unnest(p.polroles) WITH ORDINALITY AS o(role, n)),
        ' USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
        ' WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
      'said', pg_catalog.concat_ws(' ', p.polpermissive, p.polcmd,
        (SELECT pg_catalog.string_agg(CASE WHEN o.role = 0 THEN 'PUBLIC'
                                           ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(o.role)) END, ', '
                                      ORDER BY o.n)
           FROM pg_catalog.unnest(p.polroles) WITH ORDINALITY AS o(role, n)),
        pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)),
      'comment', pg_catalog.obj_description(p.oid, 'pg_policy')
    )) ORDER BY p.polname)
    FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid), '[]'),
  'triggers', COALESCE((
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'name', g.tgname,
      'definition', pg_catalog.pg_get_triggerdef(g.oid),
      'fires', g.tgenabled,
      'enabled', CASE g.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END,
      'each_row', NULLIF(g.tgtype & 1 = 1, false),
      'transition', NULLIF(COALESCE(g.tgoldtable, g.tgnewtable) IS NOT NULL, false),
      -- What its function may write into a row before that is inserted: of one whose source says so, the columns that it
      -- names; else any.
      'before_insert', CASE WHEN g.tgtype & 7 = 7 THEN (
        SELECT pg_catalog.jsonb_build_object(
                 'source', pg_catalog.md5(f.prosrc),
                 'may_set', COALESCE((
                   SELECT pg_catalog.jsonb_agg(a.attname ORDER BY a.attnum)
                     FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                      AND CASE WHEN l.lanname = 'internal' AND f.proname LIKE 'tsvector\_update\_trigger%'
                               THEN a.atttypid = 'pg_catalog.tsvector'::pg_catalog.regtype
                               WHEN l.lanname = 'plpgsql' AND f.prosrc !~* 'u&'
                                AND s.rest !~* '\mnew\M(?!\s*\.)' AND s.rest !~* '\mreturn\M'
                               THEN CASE WHEN a.attname ~ '^[a-z_][a-z0-9_]*$'
                                         THEN f.prosrc ~* ('\m' || a.attname || '\M')
                                         ELSE pg_catalog.strpos(pg_catalog.lower(f.prosrc), pg_catalog.lower(
                                                pg_catalog.replace(a.attname, '"', '""'))) > 0 END
                               ELSE true END), '[]'))
          FROM pg_catalog.pg_proc f
          JOIN pg_catalog.pg_language l ON l.oid = f.prolang,
               -- Without what leaves the row as it is by now.
               LATERAL (SELECT pg_catalog.regexp_replace(f.prosrc, '\mreturn\s+(new|null)\s*;', '', 'gi')) AS s(rest)
         WHERE f.oid = g.tgfoid) END,
      'of_zdm', NULLIF(EXISTS (SELECT FROM pg_catalog.pg_proc f
                                WHERE f.oid = g.tgfoid AND f.pronamespace = pg_catalog.to_regnamespace('zdm')), false),
      'comment', pg_catalog.obj_description(g.oid, 'pg_trigger')
    )) ORDER BY g.tgname)
    FROM pg_catalog.pg_trigger g
   WHERE g.tgrelid = c.oid
     AND (NOT g.tgisinternal
          -- Before 15 a partition's copies of its table's triggers are internal; no others have a parent there.
          OR g.tgparentid <> 0 AND pg_catalog.current_setting('server_version_num')::int < 150000)), '[]'),
  -- Those that send the table, named one by one or with all tables, of a schema or at all. Column lists and filters
  -- there are since 15.
  'publications', COALESCE((
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'name', u.pubname,
      'whole', NULLIF(m.oid IS NULL, false),
      'via_root', NULLIF(u.pubviaroot, false),
      'columns', CASE WHEN pg_catalog.to_jsonb(m) ->> 'prattrs' IS NOT NULL THEN u.sent -> 'attnames' END,
      'filter', u.sent ->> 'rowfilter')) ORDER BY u.pubname)
    FROM (SELECT p.oid, p.pubname, p.puballtables, p.pubviaroot,
                 CASE WHEN NOT p.puballtables -- there the view would list every table
                      THEN (SELECT pg_catalog.to_jsonb(s) FROM pg_catalog.pg_publication_tables s
                             WHERE s.pubname = p.pubname AND s.schemaname = n.nspname AND s.tablename = c.relname)
                 END AS sent
            FROM pg_catalog.pg_publication p) u
    LEFT JOIN pg_catalog.pg_publication_rel m ON m.prpubid = u.oid AND m.prrelid = c.oid
   WHERE u.sent IS NOT NULL OR u.puballtables AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p'), '[]'),
  -- The views that read the table, and those that read these; outermost first, as a query locks them.
  'views', COALESCE(CASE WHEN EXISTS (
    SELECT FROM pg_catalog.pg_depend d
     WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
       AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = c.oid) THEN (
    WITH RECURSIVE read_by AS (
      SELECT r.ev_class AS view, d.refobjid AS relation
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid
        JOIN pg_catalog.pg_class w ON w.oid = r.ev_class AND w.relkind = 'v'
       WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND r.rulename = '_RETURN'
         AND r.ev_class <> d.refobjid
    ), found AS (
      SELECT b.view, 1 AS depth FROM read_by b WHERE b.relation = c.oid
      UNION
      SELECT b.view, f.depth + 1 FROM found f JOIN read_by b ON b.relation = f.view AND f.depth < 100
    ), views AS (
      SELECT f.view, pg_catalog.max(f.depth) AS depth FROM found f GROUP BY f.view
    )
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'relation', w.oid::pg_catalog.regclass::text,
      'definition', pg_catalog.rtrim(pg_catalog.pg_get_viewdef(w.oid), ';'),
      'options', (SELECT pg_catalog.string_agg(o, ', ') FROM pg_catalog.unnest(w.reloptions) AS o),
      'owner', pg_catalog.pg_get_userbyid(w.relowner),
      'comment', pg_catalog.obj_description(w.oid, 'pg_class'),
      'grants', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                   'privilege', g.privilege_type,
                   'role', CASE WHEN g.grantee = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(g.grantee) END,
                   'grantable', g.is_grantable) ORDER BY g.grantee, g.privilege_type)
                   FROM pg_catalog.aclexplode(w.relacl) g WHERE g.grantee <> w.relowner),
      'columns', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                    'name', a.attname,
                    'default', pg_catalog.pg_get_expr(f.adbin, f.adrelid),
                    'comment', pg_catalog.col_description(w.oid, a.attnum),
                    'grants', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                                 'privilege', g.privilege_type,
                                 'role', CASE WHEN g.grantee = 0 THEN NULL
                                              ELSE pg_catalog.pg_get_userbyid(g.grantee) END,
                                 'grantable', g.is_grantable) ORDER BY g.grantee, g.privilege_type)
                                 FROM pg_catalog.aclexplode(a.attacl) g))) ORDER BY a.attnum)
                    FROM pg_catalog.pg_attribute a
                    LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
                   WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped),
      -- Of the table: it itself, and the columns; without a column list, of none.
      'of_table', NULLIF(EXISTS (SELECT FROM read_by b WHERE b.view = v.view AND b.relation = c.oid), false),
      'of_columns', (SELECT pg_catalog.jsonb_agg(DISTINCT a.attname)
                       FROM pg_catalog.pg_rewrite r
                       JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                                                  AND d.objid = r.oid
                       JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
                      WHERE r.ev_class = w.oid AND r.rulename = '_RETURN' AND a.attnum > 0
                        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = c.oid),
      'reads', (SELECT pg_catalog.jsonb_agg(DISTINCT b.relation::pg_catalog.regclass::text)
                  FROM read_by b JOIN views o ON o.view = b.relation WHERE b.view = v.view),
      -- It groups by a key of the table, and names other columns.
      'needs_key', NULLIF(EXISTS (
        SELECT FROM pg_catalog.pg_rewrite r
          JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
          JOIN pg_catalog.pg_constraint k ON k.oid = d.refobjid AND k.conrelid = c.oid
         WHERE r.ev_class = w.oid AND d.refclassid = 'pg_catalog.pg_constraint'::pg_catalog.regclass), false),
      -- What would go with the view, or keeps it from going, beside the views that read it.
      'hanging', (SELECT pg_catalog.jsonb_agg(DISTINCT COALESCE(
                           CASE WHEN r.rulename = '_RETURN'
                                THEN pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, k.oid, 0) END,
                           pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)))
                    FROM pg_catalog.pg_depend d
                    LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                                                     AND r.oid = d.objid
                    LEFT JOIN pg_catalog.pg_class k ON k.oid = r.ev_class
                    LEFT JOIN pg_catalog.pg_type y ON y.typrelid = w.oid
                   WHERE (d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = w.oid
                          OR d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
                             AND d.refobjid IN (y.oid, y.typarray) AND d.deptype <> 'i')
                     AND d.classid NOT IN ('pg_catalog.pg_type'::pg_catalog.regclass,
                                           'pg_catalog.pg_attrdef'::pg_catalog.regclass)
                     AND NOT COALESCE(r.rulename = '_RETURN' AND k.relkind = 'v', false))
    )) ORDER BY v.depth DESC, w.oid::pg_catalog.regclass::text)
    FROM views v JOIN pg_catalog.pg_class w ON w.oid = v.view) END, '[]'),
  'server_version', pg_catalog.current_setting('server_version_num')::int
)::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = $1::pg_catalog.oid
