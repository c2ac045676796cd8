INSERT INTO sample (plan, step, n, rows, batch_rows, batch_ms, at_ms)
SELECT :plan, :step, coalesce(max(n), 0) + 1, :rows, :batch_rows, :batch_ms, :now
FROM sample
WHERE plan = :plan AND step = :step;
