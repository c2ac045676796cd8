INSERT INTO progress (plan, step, slice, pos, bound, rows, batches, at_ms)
VALUES (:plan, :step, :slice, :pos, :bound, :rows, :batches, :now)
ON CONFLICT (plan, step, slice) DO UPDATE
SET pos = excluded.pos,
    bound = excluded.bound,
    rows = excluded.rows,
    batches = excluded.batches,
    at_ms = excluded.at_ms;
