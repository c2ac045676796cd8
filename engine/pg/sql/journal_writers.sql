-- $1 plan -> other sessions with a transaction open that holds or changes rows of zdm.plan or
-- zdm.cursor, those of this plan first
SELECT pg_catalog.string_agg(line, '; ' ORDER BY ours DESC, since)
FROM (
    SELECT DISTINCT a.pid,
        pg_catalog.concat_ws(', ', pg_catalog.format('pid %s', a.pid),
            pg_catalog.format('user %s', a.usename), pg_catalog.host(a.client_addr),
            CASE WHEN a.xact_start IS NOT NULL THEN
                pg_catalog.format('in a transaction since %s',
                    pg_catalog.to_char(a.xact_start, 'HH24:MI:SS')) END,
            CASE WHEN pg_catalog.length(a.application_name) OPERATOR(pg_catalog.>) 0
                THEN a.application_name END) AS line,
        pg_catalog.starts_with(a.application_name,
            pg_catalog.concat('zdm/', $1::pg_catalog.text)) AS ours,
        a.xact_start AS since
    FROM pg_catalog.pg_locks l
    JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) l.pid
    WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.granted
      AND l.database OPERATOR(pg_catalog.=)
          (SELECT oid FROM pg_catalog.pg_database
           WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
      AND l.relation OPERATOR(pg_catalog.=) ANY (ARRAY[
          'zdm.plan'::pg_catalog.regclass::pg_catalog.oid,
          'zdm.cursor'::pg_catalog.regclass::pg_catalog.oid])
      AND l.mode OPERATOR(pg_catalog.<>) 'AccessShareLock'
      AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
) AS sessions
