-- How far a slice is.
-- $1 plan  $2 step  $3 slice
SELECT c.epoch, c.rows, c.batches, COALESCE(c.total, -1) AS total, c.pos, c.bound, c.state,
       (EXTRACT(epoch FROM c.at) * 1000)::pg_catalog.int8 AS at_ms
FROM zdm.cursor AS c
WHERE c.plan = $1 AND c.step = $2 AND c.slice = $3::pg_catalog.int8
