-- $1 plan $2 epoch $3 who $4 major version of the server $5 form. `now` comes from schema_objects.sql; only what
-- differs is written.
, gone AS (
    DELETE FROM zdm.object AS o
     WHERE NOT EXISTS (SELECT FROM now AS n WHERE n.kind = o.kind AND n.name = o.name)
), written AS (
    INSERT INTO zdm.object (kind, name, relation, definition, partition)
    SELECT n.kind, n.name, n.relation, n.definition, n.partition
      FROM now AS n
      LEFT JOIN zdm.object AS o ON o.kind = n.kind AND o.name = n.name
     WHERE o.kind IS NULL OR o.definition <> n.definition OR o.partition <> n.partition
        OR o.relation IS DISTINCT FROM n.relation
    ON CONFLICT (kind, name) DO UPDATE
    SET relation = excluded.relation, definition = excluded.definition, partition = excluded.partition
)
INSERT INTO zdm.snapshot AS s (at, plan, epoch, who, server, form, form_at)
VALUES (transaction_timestamp(), $1, $2, $3, $4, $5, transaction_timestamp())
ON CONFLICT (one) DO UPDATE
SET at = excluded.at, plan = excluded.plan, epoch = excluded.epoch, who = excluded.who, server = excluded.server,
    form = excluded.form, form_at = excluded.form_at
