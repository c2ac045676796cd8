-- The next pass over a table without a key.
-- $1 plan  $2 step  $3 slice  $4 epoch  $5 pos  $6 pos of the next pass  $7 its bound
UPDATE zdm.cursor
SET pos = $6, bound = $7, at = pg_catalog.clock_timestamp()
WHERE plan OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2 AND slice OPERATOR(pg_catalog.=) $3::pg_catalog.int8
  AND epoch OPERATOR(pg_catalog.=) $4::pg_catalog.int8
  AND (pos OPERATOR(pg_catalog.=) $5::pg_catalog.text OR pos IS NULL AND $5::pg_catalog.text IS NULL)
  AND state OPERATOR(pg_catalog.=) 'open'
RETURNING epoch
