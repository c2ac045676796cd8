-- One row a replica: its name, the lag in replaying that it reported last (milliseconds by this server's clock), how far
-- it is behind (bytes), whether our role may not look at it, where the WAL of this server ends, and up to where it
-- has replayed (NULL: it replays nothing).
SELECT COALESCE(CASE WHEN r.application_name OPERATOR(pg_catalog.=) ANY ('{"",walreceiver}')
                     THEN pg_catalog.host(r.client_addr) END, r.application_name) AS name,
       (EXTRACT(epoch FROM r.replay_lag) OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS ms,
       pg_catalog.pg_wal_lsn_diff(wal.lsn, r.replay_lsn)::pg_catalog.int8 AS bytes,
       r.state IS NULL AS hidden,
       pg_catalog.pg_wal_lsn_diff(wal.lsn, '0/0')::pg_catalog.int8 AS wal,
       pg_catalog.pg_wal_lsn_diff(r.replay_lsn, '0/0')::pg_catalog.int8 AS replayed
FROM pg_catalog.pg_stat_replication AS r
CROSS JOIN (SELECT pg_catalog.pg_current_wal_lsn() AS lsn OFFSET 0) AS wal
WHERE r.state IS DISTINCT FROM 'backup'
