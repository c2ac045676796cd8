SELECT id, epoch, who, state, started_ms, coalesce(ended_ms, 0)
FROM run
WHERE plan = :plan
ORDER BY id;
