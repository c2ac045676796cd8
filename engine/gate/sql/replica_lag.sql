-- $1 milliseconds. A replica that has said nothing of its lag is behind when it has not replayed all; its
-- lag is what it said last, so that while it is silent and has not replayed all, the silence counts too. A
-- physical slot without a reader is a replica that is gone.
WITH replicas AS (
  SELECT pg_catalog.concat('replica ', COALESCE(NULLIF(r.application_name, ''), pg_catalog.host(r.client_addr))) AS name,
         EXTRACT(epoch FROM CASE WHEN r.replay_lag IS NOT NULL
                                      AND r.replay_lsn OPERATOR(pg_catalog.<) pg_catalog.pg_current_wal_lsn()
                                 THEN GREATEST(r.replay_lag, pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) r.reply_time)
                                 ELSE r.replay_lag END) OPERATOR(pg_catalog.*) 1000 AS ms,
         pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), r.replay_lsn) AS bytes,
         r.state IS NULL AS hidden, false AS gone
  FROM pg_catalog.pg_stat_replication AS r
  WHERE r.state IS DISTINCT FROM 'backup'
  UNION ALL
  SELECT pg_catalog.concat('slot ', s.slot_name), NULL, NULL, false, true
  FROM pg_catalog.pg_replication_slots AS s
  WHERE s.slot_type OPERATOR(pg_catalog.=) 'physical' AND NOT s.active),
judged AS (
  SELECT r.*, NOT r.hidden AND NOT r.gone
              AND CASE WHEN r.ms IS NULL THEN COALESCE(r.bytes OPERATOR(pg_catalog.=) 0, false)
                       ELSE r.ms OPERATOR(pg_catalog.<=) $1::pg_catalog.int8 END AS well
  FROM replicas AS r)
SELECT COALESCE(pg_catalog.bool_and(j.well), true),
       COALESCE(pg_catalog.string_agg(pg_catalog.concat(j.name, CASE
         WHEN j.gone THEN ' is read by no replica'
         WHEN j.hidden THEN pg_catalog.format(' is not shown to this role: GRANT pg_monitor TO %I', CURRENT_USER)
         WHEN j.ms IS NULL AND j.well THEN ' has replayed all'
         WHEN j.ms IS NULL THEN ' has not said how far it is'
         ELSE pg_catalog.concat(' is ', pg_catalog.round(j.ms), ' ms behind') END),
         '; ' ORDER BY j.well, j.name), 'no replica'),
       NULL::pg_catalog.int8
FROM judged AS j
