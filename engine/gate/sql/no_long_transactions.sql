-- $1 milliseconds. Sessions that are not shown to our role may have been in a transaction for ever.
WITH open AS (
  SELECT pg_catalog.concat('pid ', a.pid) AS name,
         pg_catalog.concat_ws(', ', NULLIF(a.application_name, ''), a.usename, a.state) AS what,
         a.xact_start AS since, false AS hidden
  FROM pg_catalog.pg_stat_activity AS a
  WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
    AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
    AND a.backend_type OPERATOR(pg_catalog.=) 'client backend' AND a.xact_start IS NOT NULL
  UNION ALL
  SELECT pg_catalog.concat('pid ', a.pid),
         pg_catalog.concat_ws(', ', NULLIF(a.application_name, ''), a.usename, 'not shown to this role'),
         NULL, true
  FROM pg_catalog.pg_stat_activity AS a
  WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
    AND a.query OPERATOR(pg_catalog.=) '<insufficient privilege>'
  UNION ALL
  SELECT pg_catalog.concat('prepared transaction ', p.gid), p.owner::pg_catalog.text, p.prepared, false
  FROM pg_catalog.pg_prepared_xacts AS p
  WHERE p.database OPERATOR(pg_catalog.=) pg_catalog.current_database()),
long AS (
  SELECT o.*, pg_catalog.row_number() OVER (ORDER BY o.hidden, o.since, o.name) AS n,
         pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) o.since) AS age
  FROM open AS o
  WHERE o.hidden
     OR EXTRACT(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) o.since)
        OPERATOR(pg_catalog.*) 1000 OPERATOR(pg_catalog.>) $1::pg_catalog.int8)
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) 0,
       CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.=) 0 THEN 'none is open that long'
            ELSE pg_catalog.concat(
              pg_catalog.string_agg(pg_catalog.concat(
                l.name, ' (', l.what, ')', CASE WHEN NOT l.hidden THEN ' for ' END, l.age),
                '; ' ORDER BY l.n) FILTER (WHERE l.n OPERATOR(pg_catalog.<=) 5),
              CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.>) 5 THEN '; ...' END,
              CASE WHEN pg_catalog.bool_or(l.hidden)
                   THEN pg_catalog.format('; to see all sessions: GRANT pg_read_all_stats TO %I', CURRENT_USER) END) END,
       NULL::pg_catalog.int8
FROM long AS l
