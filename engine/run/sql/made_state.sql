-- $1: [{"i", "kind", "schema", "relation", "name"}, ...], what statements left behind (sql/made.h) -> for each
-- that is not so, or not quite: its number and 'absent', 'invalid', 'not valid', 'not enforced', 'disabled',
-- 'nullable'; 'there' for the rest. A name without a schema is looked up as the session does; what it does not
-- find so may be in any schema: whoever asks need not have the search path or the rights of who ran the plan.
WITH asked AS MATERIALIZED (
    SELECT a.i, a.kind, a.schema, a.relation, a.name,
           CASE WHEN a.kind IN ('relation', 'column', 'NOT NULL', 'index', 'constraint', 'trigger', 'policy',
                                'partition')
                THEN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                       WHERE c.relname = a.relation AND (a.schema IS NULL OR n.nspname = a.schema)
                       ORDER BY pg_table_is_visible(c.oid) DESC LIMIT 1)
                WHEN a.kind IN ('type', 'value')
                THEN (SELECT t.oid FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                       WHERE t.typname = a.relation AND (a.schema IS NULL OR n.nspname = a.schema)
                       ORDER BY pg_type_is_visible(t.oid) DESC LIMIT 1) END AS rel
      FROM json_to_recordset($1::json) AS a (i bigint, kind text, schema text, relation text, name text)
)
SELECT a.i, CASE a.kind
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
                              ELSE a.schema IS NULL OR n.nspname = a.schema END
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
    END
  FROM asked AS a
 ORDER BY a.i
