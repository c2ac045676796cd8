SELECT seq, coalesce(run, 0), at_ms, step, level, kind, message, detail
FROM event
WHERE plan = :plan
ORDER BY seq;
