-- As with steps: an unchanged row must not cost a write.
INSERT INTO approval (plan, gate, item, who, note, at_ms)
VALUES (:plan, :gate, :item, :who, :note, :at_ms)
ON CONFLICT (plan, gate, item) DO UPDATE
SET who = excluded.who, note = excluded.note, at_ms = excluded.at_ms
WHERE (excluded.who, excluded.note, excluded.at_ms) IS NOT (who, note, at_ms);
