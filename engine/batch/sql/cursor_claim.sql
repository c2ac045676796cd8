-- Makes the row of a slice, or takes an existing one over; its ends stay as they are once a batch ran.
-- No row comes back when a later epoch has it.
-- $1 plan  $2 step  $3 slice  $4 epoch  $5 bound  $6 total, NULL unknown  $7 relation  $8 pos
-- $9 round, NULL: of the walk
INSERT INTO zdm.cursor AS c
    (plan, step, slice, epoch, pos, stripe, bound, total, batches, rows, at, state, relation, round)
VALUES ($1, $2, $3::pg_catalog.int8, $4::pg_catalog.int8, $8, 0, $5, $6::pg_catalog.int8, 0, 0,
        pg_catalog.clock_timestamp(), 'open', $7, $9::pg_catalog.int8)
ON CONFLICT (plan, step, slice) DO UPDATE
SET epoch = EXCLUDED.epoch,
    pos = CASE WHEN c.batches OPERATOR(pg_catalog.=) 0 THEN EXCLUDED.pos ELSE c.pos END,
    bound = CASE WHEN c.batches OPERATOR(pg_catalog.=) 0 THEN EXCLUDED.bound ELSE c.bound END,
    relation = CASE WHEN c.batches OPERATOR(pg_catalog.=) 0 THEN EXCLUDED.relation ELSE c.relation END,
    total = CASE WHEN c.batches OPERATOR(pg_catalog.=) 0 THEN EXCLUDED.total ELSE c.total END,
    round = CASE WHEN c.batches OPERATOR(pg_catalog.=) 0 THEN EXCLUDED.round ELSE c.round END
WHERE c.epoch OPERATOR(pg_catalog.<=) EXCLUDED.epoch
RETURNING c.epoch
