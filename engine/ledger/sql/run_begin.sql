INSERT INTO run (plan, epoch, who, started_ms, state)
VALUES (:plan, :epoch, :who, :now, 'running')
RETURNING id;
