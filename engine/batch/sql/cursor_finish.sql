-- Marks a slice done if it is still where we left it.
-- $1 plan  $2 step  $3 slice  $4 epoch  $5 pos
UPDATE zdm.cursor
SET state = 'done', at = pg_catalog.clock_timestamp()
WHERE plan = $1 AND step = $2 AND slice = $3::pg_catalog.int8 AND epoch = $4::pg_catalog.int8
  AND pos IS NOT DISTINCT FROM $5::pg_catalog.text AND state = 'open'
RETURNING epoch
