-- How far replicas are behind: one row (milliseconds of the slowest in replaying, replicas that our
-- role may not look at). The time is what the primary measured by the replicas' own replies; it is
-- NULL for one that is idle or replays nothing (pg_receivewal).
SELECT COALESCE(pg_catalog.max(EXTRACT(epoch FROM r.replay_lag)
                                    OPERATOR(pg_catalog.*) 1000), 0)::pg_catalog.int8 AS ms,
       pg_catalog.count(*) FILTER (WHERE r.state IS NULL) AS hidden
FROM pg_catalog.pg_stat_replication AS r
WHERE r.state IS DISTINCT FROM 'backup'
