SELECT id, phase, kind, state, fingerprint, at_ms
FROM step
WHERE plan = :plan
ORDER BY at_ms, id;
