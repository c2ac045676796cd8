-- Marks every slice done that is at its end, and says how many are (0 when one of them is not), and
-- what they did.
-- $1 plan  $2 step  $3 epoch
WITH finished AS (
    UPDATE zdm.cursor AS c SET state = 'done', at = pg_catalog.clock_timestamp()
    WHERE c.plan OPERATOR(pg_catalog.=) $1 AND c.step OPERATOR(pg_catalog.=) $2
      AND c.epoch OPERATOR(pg_catalog.=) $3::pg_catalog.int8
      AND c.state OPERATOR(pg_catalog.=) 'open'
      AND c.range_end IS NULL
      AND (c.bound IS NULL OR c.pos OPERATOR(pg_catalog.=) c.bound)
    RETURNING c.rows, c.batches)
SELECT CASE WHEN (SELECT pg_catalog.count(*) FROM finished) OPERATOR(pg_catalog.=)
                 (SELECT pg_catalog.count(*) FROM zdm.cursor AS c
                  WHERE c.plan OPERATOR(pg_catalog.=) $1 AND c.step OPERATOR(pg_catalog.=) $2)
            THEN pg_catalog.count(*) ELSE 0 END AS slices,
       COALESCE(pg_catalog.sum(f.rows), 0)::pg_catalog.int8 AS rows,
       COALESCE(pg_catalog.sum(f.batches), 0)::pg_catalog.int8 AS batches
FROM finished AS f
