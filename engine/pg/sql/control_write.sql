-- $1 plan $2 version as it was read, 0: no row $3 paused_by $4 paused_note $5 cancel_epoch
-- $6 cancel_now $7 who $8 target_ms $9 workers $10 max_lag_ms $11 wal_rate $12 stripes
-- A row that somebody changed meanwhile is left alone.
INSERT INTO zdm.control AS c
    (plan, version, paused_by, paused_note, paused_at, cancel_epoch, cancel_now, who,
     target_ms, workers, max_lag_ms, wal_rate, stripes)
VALUES ($1, $2::pg_catalog.int8 OPERATOR(pg_catalog.+) 1, $3::pg_catalog.text, $4,
        CASE WHEN $3::pg_catalog.text IS NOT NULL THEN pg_catalog.clock_timestamp() END, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (plan) DO UPDATE
SET version = excluded.version, paused_by = excluded.paused_by, paused_note = excluded.paused_note,
    paused_at = CASE WHEN c.paused_by IS NOT NULL AND excluded.paused_by IS NOT NULL
                     THEN c.paused_at ELSE excluded.paused_at END,
    cancel_epoch = excluded.cancel_epoch, cancel_now = excluded.cancel_now, who = excluded.who,
    target_ms = excluded.target_ms, workers = excluded.workers, max_lag_ms = excluded.max_lag_ms,
    wal_rate = excluded.wal_rate, stripes = excluded.stripes, at = pg_catalog.clock_timestamp()
WHERE c.version OPERATOR(pg_catalog.=) $2::pg_catalog.int8
RETURNING version
