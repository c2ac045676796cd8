-- One row a replica: its name, how far it is behind in replaying (milliseconds by its own replies, NULL
-- for one that is idle or replays nothing; bytes), and whether our role may not look at it.
SELECT COALESCE(CASE WHEN r.application_name OPERATOR(pg_catalog.=) ANY ('{"",walreceiver}')
                     THEN pg_catalog.host(r.client_addr) END, r.application_name) AS name,
       (EXTRACT(epoch FROM r.replay_lag) OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS ms,
       pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), r.replay_lsn)::pg_catalog.int8 AS bytes,
       r.state IS NULL AS hidden
FROM pg_catalog.pg_stat_replication AS r
WHERE r.state IS DISTINCT FROM 'backup'
