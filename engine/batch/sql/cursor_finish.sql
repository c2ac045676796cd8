-- Marks a slice done if it is still where we left it.
-- $1 plan  $2 step  $3 slice  $4 epoch  $5 pos
UPDATE zdm.cursor
SET state = 'done', at = pg_catalog.clock_timestamp()
WHERE plan OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2 AND slice OPERATOR(pg_catalog.=) $3::pg_catalog.int8
  AND epoch OPERATOR(pg_catalog.=) $4::pg_catalog.int8
  AND (pos OPERATOR(pg_catalog.=) $5::pg_catalog.text OR pos IS NULL AND $5::pg_catalog.text IS NULL)
  AND state OPERATOR(pg_catalog.=) 'open'
RETURNING epoch
