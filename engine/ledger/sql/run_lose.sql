-- Whoever had a lower epoch and never said how it ended was killed.
UPDATE run
SET state = 'lost', ended_ms = :now
WHERE plan = :plan AND epoch < :epoch AND ended_ms IS NULL;
