-- How far the slices of a backfill are, in order.
-- $1 plan  $2 step  $3 slice, NULL: all
SELECT c.slice, c.epoch, c.rows, c.batches, COALESCE(c.total, -1) AS total, c.pos, c.bound, c.state,
       (EXTRACT(epoch FROM c.at) OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS at_ms, c.relation,
       c.stripe, c.stripes, c.range_end, c.stripe_pos, c.part_of IS NOT NULL AS part,
       COALESCE(c.round, 0) AS round,
       -- See identity.h.
       CASE WHEN pg_catalog.split_part(c.relation, '/', 4) OPERATOR(pg_catalog.=) '' THEN NULL
            WHEN pg_catalog.split_part(c.relation, '/', 1) OPERATOR(pg_catalog.=)
                 (SELECT d.oid::pg_catalog.text FROM pg_catalog.pg_database AS d
                  WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
            THEN pg_catalog.split_part(c.relation, '/', 2)::pg_catalog.oid
            ELSE pg_catalog.to_regclass(pg_catalog.regexp_replace(c.relation, '^[^/]*/[^/]*/[^/]*/', ''))::pg_catalog.oid
       END AS leaf
FROM zdm.cursor AS c
WHERE c.plan OPERATOR(pg_catalog.=) $1 AND c.step OPERATOR(pg_catalog.=) $2
  AND ($3::pg_catalog.int8 IS NULL OR c.slice OPERATOR(pg_catalog.=) $3::pg_catalog.int8)
ORDER BY c.slice
