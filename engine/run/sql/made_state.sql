-- $1: [{"i", "kind", "schema", "relation", "name", "gone"}, ...], what statements left behind (sql/made.h) -> for
-- each that is not so, or not quite: its number and 'absent', 'invalid', 'not valid', 'not enforced', 'disabled',
-- 'nullable'; 'there' for the rest. A name without a schema may be in any schema: whoever asks need not have the
-- search path or the rights of who ran the plan. What should be there need be in one of them; what should be gone
-- is looked for where the session finds it.
WITH asked AS MATERIALIZED (
    SELECT a.i, a.kind, a.schema, a.relation, a.name, a.gone, r.rel, r.visible
      FROM json_to_recordset($1::json) AS a (i bigint, kind text, schema text, relation text, name text, gone boolean)
      LEFT JOIN LATERAL (
          SELECT c.oid AS rel, pg_table_is_visible(c.oid) AS visible
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE a.kind IN ('relation', 'column', 'NOT NULL', 'index', 'constraint', 'trigger', 'policy', 'partition')
             AND c.relname = a.relation
             AND CASE WHEN a.schema IS NULL THEN NOT a.gone OR pg_table_is_visible(c.oid) ELSE n.nspname = a.schema END
          UNION ALL
          SELECT t.oid, pg_type_is_visible(t.oid)
            FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
           WHERE a.kind IN ('type', 'value') AND t.typname = a.relation
             AND CASE WHEN a.schema IS NULL THEN NOT a.gone OR pg_type_is_visible(t.oid) ELSE n.nspname = a.schema END
      ) AS r ON true
)
SELECT DISTINCT ON (s.i) s.i, s.state
  FROM (
SELECT a.i, a.gone, a.visible, CASE a.kind
    WHEN 'relation' THEN CASE WHEN a.rel IS NULL THEN 'absent' ELSE 'there' END
    WHEN 'column' THEN
        CASE WHEN EXISTS (SELECT FROM pg_attribute c
                           WHERE c.attrelid = a.rel AND c.attname = a.name AND NOT c.attisdropped)
             THEN 'there' ELSE 'absent' END
    WHEN 'NOT NULL' THEN
        coalesce((SELECT CASE WHEN c.attnotnull THEN 'there' ELSE 'nullable' END FROM pg_attribute c
                   WHERE c.attrelid = a.rel AND c.attname = a.name AND NOT c.attisdropped), 'absent')
    WHEN 'index' THEN
        coalesce((SELECT CASE WHEN NOT x.indisvalid OR NOT x.indisready THEN 'invalid' ELSE 'there' END
                    FROM pg_index x
                    JOIN pg_class c ON c.oid = x.indexrelid
                    JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE c.relname = a.name
                     AND CASE WHEN a.relation <> '' THEN x.indrelid = a.rel
                              WHEN a.schema IS NULL THEN NOT a.gone OR pg_table_is_visible(c.oid)
                              ELSE n.nspname = a.schema END
                   ORDER BY pg_table_is_visible(c.oid) DESC LIMIT 1), 'absent')
    WHEN 'constraint' THEN
        coalesce((SELECT CASE WHEN NOT c.convalidated THEN 'not valid' ELSE 'there' END FROM pg_constraint c
                   WHERE c.conrelid = a.rel AND c.conname = a.name LIMIT 1), 'absent')
    WHEN 'trigger' THEN
        coalesce((SELECT CASE WHEN g.tgenabled IN ('D', 'R') THEN 'disabled' ELSE 'there' END FROM pg_trigger g
                   WHERE g.tgrelid = a.rel AND g.tgname = a.name), 'absent')
    WHEN 'policy' THEN
        CASE WHEN EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = a.rel AND p.polname = a.name)
             THEN 'there' ELSE 'absent' END
    WHEN 'partition' THEN
        CASE WHEN EXISTS (SELECT FROM pg_inherits h
                            JOIN pg_class c ON c.oid = h.inhrelid
                            JOIN pg_namespace n ON n.oid = c.relnamespace
                           WHERE h.inhparent = a.rel
                             AND a.name IN (quote_ident(c.relname), format('%I.%I', n.nspname, c.relname)))
             THEN 'there' ELSE 'absent' END
    WHEN 'value' THEN
        CASE WHEN EXISTS (SELECT FROM pg_enum e
                           WHERE e.enumtypid = a.rel AND e.enumlabel = a.name)
             THEN 'there' ELSE 'absent' END
    WHEN 'type' THEN
        CASE WHEN a.rel IS NULL THEN 'absent' ELSE 'there' END
    WHEN 'function' THEN
        CASE WHEN EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                           WHERE p.proname = a.relation
                             AND (a.schema IS NULL OR n.nspname = a.schema))
             THEN 'there' ELSE 'absent' END
    WHEN 'schema' THEN
        CASE WHEN EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = a.relation) THEN 'there' ELSE 'absent' END
    WHEN 'extension' THEN
        CASE WHEN EXISTS (SELECT FROM pg_extension x WHERE x.extname = a.relation)
             THEN 'there' ELSE 'absent' END
    END AS state
  FROM asked AS a) AS s
 ORDER BY s.i, (s.state = CASE WHEN s.gone THEN 'absent' ELSE 'there' END) DESC, s.visible DESC NULLS LAST
