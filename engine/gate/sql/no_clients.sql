-- $1 pattern of application_name, $2 of the role, $3 an address or network; NULL: any. Of sessions that
-- are not shown to our role only the application and the role are known.
WITH sessions AS (
  SELECT a.pid, a.application_name AS application, a.usename AS who, a.client_addr AS address,
         a.query OPERATOR(pg_catalog.=) '<insufficient privilege>' AS hidden
  FROM pg_catalog.pg_stat_activity AS a
  WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
    AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
    AND COALESCE(a.backend_type, 'client backend') OPERATOR(pg_catalog.=) 'client backend'
    AND NOT pg_catalog.starts_with(COALESCE(a.application_name, ''), 'zdm/')
    AND ($1::pg_catalog.text IS NULL
         OR COALESCE(a.application_name, '') OPERATOR(pg_catalog.~~) $1::pg_catalog.text)
    AND ($2::pg_catalog.text IS NULL OR a.usename::pg_catalog.text OPERATOR(pg_catalog.~~) $2::pg_catalog.text)),
fitting AS (
  SELECT s.*, pg_catalog.row_number() OVER (ORDER BY s.pid) AS n
  FROM sessions AS s
  WHERE $3::pg_catalog.inet IS NULL OR s.hidden
     OR s.address OPERATOR(pg_catalog.<<=) $3::pg_catalog.inet)
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) 0,
       CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.=) 0 THEN 'none is connected'
            ELSE pg_catalog.concat(
              pg_catalog.count(*), CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.=) 1 THEN ' session: ' ELSE ' sessions: ' END,
              pg_catalog.string_agg(pg_catalog.concat(
                'pid ', f.pid, ' (', pg_catalog.concat_ws(', ', NULLIF(f.application, ''), f.who,
                   CASE WHEN f.hidden THEN 'from where is not shown' ELSE pg_catalog.host(f.address) END), ')'),
                '; ' ORDER BY f.n) FILTER (WHERE f.n OPERATOR(pg_catalog.<=) 5),
              CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.>) 5 THEN '; ...' END,
              CASE WHEN $3::pg_catalog.inet IS NOT NULL AND pg_catalog.bool_or(f.hidden)
                   THEN pg_catalog.format('; to see addresses: GRANT pg_read_all_stats TO %I', CURRENT_USER) END) END,
       NULL::pg_catalog.int8
FROM fitting AS f
