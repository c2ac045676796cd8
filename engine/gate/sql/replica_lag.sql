-- $1 milliseconds  $2 end of the WAL at the first look, NULL: this is it  $3 milliseconds since then  $4 when each replica
-- had answered last by then (by its own clock, so it is only compared with itself), JSON
-- -> open, what was seen, NULL, does waiting help?, the end of the WAL, when each answered last
--
-- A replica that has replayed what there was is as far behind as that took, at most. One that has not says
-- itself how far it is, by this server's clock, if it has answered since. A physical slot without a reader
-- is a replica that is gone.
WITH wal AS (
  SELECT COALESCE($2::pg_catalog.pg_lsn, pg_catalog.pg_current_wal_lsn()) AS lsn),
replicas AS (
  SELECT pg_catalog.concat('replica ', COALESCE(NULLIF(r.application_name, ''), pg_catalog.host(r.client_addr))) AS name,
         COALESCE(r.replay_lsn OPERATOR(pg_catalog.>=) wal.lsn, false) AS replayed,
         EXTRACT(epoch FROM r.replay_lag) OPERATOR(pg_catalog.*) 1000 AS ms,
         r.pid::pg_catalog.text AS pid, r.reply_time::pg_catalog.text AS answered,
         r.state IS NULL AS hidden, false AS gone
  FROM pg_catalog.pg_stat_replication AS r CROSS JOIN wal
  WHERE r.state IS DISTINCT FROM 'backup'
  UNION ALL
  SELECT pg_catalog.concat('slot ', s.slot_name), false, NULL, NULL, NULL, false, true
  FROM pg_catalog.pg_replication_slots AS s
  WHERE s.slot_type OPERATOR(pg_catalog.=) 'physical' AND NOT s.active),
looked AS (
  SELECT r.*, NOT r.hidden AND NOT r.gone AND NOT r.replayed AS behind,
         r.answered IS DISTINCT FROM ($4::pg_catalog.json OPERATOR(pg_catalog.->>) r.pid) AS answers,
         GREATEST(r.ms, $3::pg_catalog.int8) AS least
  FROM replicas AS r),
judged AS (
  SELECT l.*, l.replayed
              OR l.behind AND l.answers AND l.ms IS NOT NULL
                 AND l.least OPERATOR(pg_catalog.<=) $1::pg_catalog.int8 AND $2 IS NOT NULL AS well
  FROM looked AS l)
SELECT COALESCE(pg_catalog.bool_and(j.well), true),
       COALESCE(pg_catalog.string_agg(pg_catalog.concat(j.name, CASE
         WHEN j.gone THEN ' is read by no replica'
         WHEN j.hidden THEN pg_catalog.format(' is not shown to this role: GRANT pg_monitor TO %I', CURRENT_USER)
         WHEN j.replayed AND $2 IS NULL THEN ' has replayed all'
         WHEN j.replayed THEN pg_catalog.concat(' is at most ', $3, ' ms behind')
         WHEN NOT j.answers THEN pg_catalog.concat(' has not answered for ', $3, ' ms')
         WHEN j.ms IS NULL THEN ' has not said how far it is'
         ELSE pg_catalog.concat(' is ', pg_catalog.round(j.least), ' ms behind') END),
         '; ' ORDER BY j.well, j.name), 'no replica'),
       NULL::pg_catalog.int8,
       COALESCE(pg_catalog.bool_or(j.behind), false) AND NOT COALESCE(pg_catalog.bool_or(j.gone OR j.hidden), false),
       (SELECT wal.lsn FROM wal),
       COALESCE(pg_catalog.json_object_agg(j.pid, j.answered) FILTER (WHERE j.pid IS NOT NULL), '{}')
FROM judged AS j
