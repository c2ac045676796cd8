-- $1 plan
SELECT version, paused_by, paused_note,
       (pg_catalog.date_part('epoch', paused_at) OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS paused_ms,
       cancel_epoch, cancel_now, who, target_ms, workers, max_lag_ms, wal_rate,
       -- not in the tables of an older zdm
       (pg_catalog.to_jsonb(c) OPERATOR(pg_catalog.->>) 'stripes')::pg_catalog.int8
FROM zdm.control AS c
WHERE plan OPERATOR(pg_catalog.=) $1
