SELECT at_ms, rows, batch_rows, batch_ms
FROM sample
WHERE plan = :plan AND step = :step
ORDER BY n;
