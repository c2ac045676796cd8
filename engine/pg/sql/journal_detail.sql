-- $1 plan $2 step $3 epoch $4 JSON: more about a step that is done by that run.
UPDATE zdm.journal
SET detail = COALESCE(detail, '{}') OPERATOR(pg_catalog.||) $4::pg_catalog.jsonb
WHERE plan OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2 AND item OPERATOR(pg_catalog.=) ''
  AND state OPERATOR(pg_catalog.=) 'done' AND epoch OPERATOR(pg_catalog.=) $3::pg_catalog.int8
