-- $1: [{"kind", "name", "change"}, ...] of the schema, as the drift tells them. `now` comes from schema_objects.sql.
-- What the last run left is from here on this: of what was added or removed its parts, too.
, asked AS MATERIALIZED (
    SELECT DISTINCT a.kind, a.name, a.change
      FROM json_to_recordset($1::json) AS a (kind text, name text, change text)
), gone AS (
    DELETE FROM zdm.object AS o
     WHERE EXISTS (SELECT FROM asked AS a
                    WHERE a.change = 'removed' AND (a.kind = o.kind AND a.name = o.name OR a.name = o.relation
                                                    OR o.kind = 'grant' AND starts_with(o.name, a.name || ': ')))
       AND NOT EXISTS (SELECT FROM now AS n WHERE n.kind = o.kind AND n.name = o.name)
)
INSERT INTO zdm.object AS o (kind, name, relation, definition, partition)
SELECT n.kind, n.name, n.relation, n.definition, n.partition
  FROM now AS n
 WHERE EXISTS (SELECT FROM asked AS a WHERE a.kind = n.kind AND a.name = n.name)
    OR EXISTS (SELECT FROM asked AS a
                WHERE a.change = 'added' AND (a.name = n.relation
                                              OR n.kind = 'grant' AND starts_with(n.name, a.name || ': ')))
       AND NOT EXISTS (SELECT FROM zdm.object AS p WHERE p.kind = n.kind AND p.name = n.name)
ON CONFLICT (kind, name) DO UPDATE
SET relation = excluded.relation, definition = excluded.definition, partition = excluded.partition
