SELECT step, pos, bound, slice, rows, batches, at_ms
FROM progress
WHERE plan = :plan
ORDER BY step, slice;
