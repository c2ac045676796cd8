SELECT gate, item, who, note, at_ms
FROM approval
WHERE plan = :plan
ORDER BY at_ms, gate, item;
