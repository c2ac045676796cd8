-- One row a replication slot that still keeps WAL: its name, how much (bytes), its state, and how much
-- more may be written before it is lost (NULL: no limit is set).
SELECT s.slot_name,
       pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), s.restart_lsn)::pg_catalog.int8 AS kept,
       s.wal_status, s.safe_wal_size
FROM pg_catalog.pg_replication_slots AS s
WHERE s.restart_lsn IS NOT NULL AND s.wal_status OPERATOR(pg_catalog.<>) 'lost'
