-- Moves a slice past a range that is locked; the range becomes a slice of its own. No row comes back when
-- the slice is not where we think. Two at once may want the same number: a unique violation, nothing done.
-- $1 to $12 as in a batch (statement.h)  $13 lower end of the range, NULL: none  $14 its upper end
-- $15 only the rows of stripe $6 of $10?
WITH zdm_cas AS MATERIALIZED (
    SELECT c.relation, c.round
    FROM zdm.cursor AS c
    WHERE c.plan OPERATOR(pg_catalog.=) $1 AND c.step OPERATOR(pg_catalog.=) $2
      AND c.slice OPERATOR(pg_catalog.=) $3::pg_catalog.int8
      AND c.epoch OPERATOR(pg_catalog.=) $4::pg_catalog.int8
      AND c.batches OPERATOR(pg_catalog.=) $5::pg_catalog.int8
      AND c.stripe OPERATOR(pg_catalog.=) $6::pg_catalog.int4
      AND (c.pos OPERATOR(pg_catalog.=) $7::pg_catalog.text
           OR c.pos IS NULL AND $7::pg_catalog.text IS NULL)
      AND c.state OPERATOR(pg_catalog.=) 'open'
    FOR NO KEY UPDATE),
zdm_part AS (
    INSERT INTO zdm.cursor (plan, step, slice, epoch, pos, bound, relation, total, part_of, round,
                            stripe, stripes, range_end)
    SELECT $1, $2, n.last OPERATOR(pg_catalog.+) 1, $4::pg_catalog.int8, $13, $14, zdm_cas.relation, 0,
           $3::pg_catalog.int8, zdm_cas.round,
           CASE WHEN $15::pg_catalog.bool THEN $6::pg_catalog.int4 ELSE 0 END,
           CASE WHEN $15::pg_catalog.bool THEN $10::pg_catalog.int4 ELSE 1 END,
           CASE WHEN $15::pg_catalog.bool THEN $14::pg_catalog.text END
    FROM zdm_cas
    CROSS JOIN (SELECT pg_catalog.max(c.slice) AS last FROM zdm.cursor AS c
                WHERE c.plan OPERATOR(pg_catalog.=) $1 AND c.step OPERATOR(pg_catalog.=) $2) AS n
    RETURNING slice)
UPDATE zdm.cursor AS c
SET pos = $8, stripe = $9::pg_catalog.int4, stripes = $10::pg_catalog.int4, range_end = $11,
    stripe_pos = $12, batches = c.batches OPERATOR(pg_catalog.+) 1, at = pg_catalog.clock_timestamp()
FROM zdm_part
WHERE c.plan OPERATOR(pg_catalog.=) $1 AND c.step OPERATOR(pg_catalog.=) $2
  AND c.slice OPERATOR(pg_catalog.=) $3::pg_catalog.int8
RETURNING c.rows, c.batches, zdm_part.slice
