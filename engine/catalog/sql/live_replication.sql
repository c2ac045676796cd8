-- Standbys and how far they are behind; replication slots and how much WAL until the server drops
-- what they need (NULL: never). A standby that feeds others writes none itself.
SELECT 'r', r.application_name, NULL::boolean,
       pg_catalog.pg_wal_lsn_diff(
           CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_receive_lsn()
                ELSE pg_catalog.pg_current_wal_lsn() END, r.replay_lsn)::bigint,
       (EXTRACT(epoch FROM r.replay_lag) * 1000)::bigint
  FROM pg_catalog.pg_stat_replication r
 WHERE r.replay_lsn IS NOT NULL
UNION ALL
SELECT 's', s.slot_name, s.active, s.safe_wal_size, NULL
  FROM pg_catalog.pg_replication_slots s
 WHERE s.wal_status IS DISTINCT FROM 'lost'
