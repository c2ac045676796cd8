-- $1 high half $2 low half of the key of an advisory lock -> who holds it, as far as our role may see
SELECT pg_catalog.concat_ws(', ',
    pg_catalog.format('pid %s', l.pid), pg_catalog.format('user %s', a.usename),
    CASE WHEN a.backend_start IS NOT NULL THEN
        coalesce(pg_catalog.host(a.client_addr), 'local') END,
    CASE WHEN a.backend_start IS NOT NULL THEN
        pg_catalog.format('since %s', pg_catalog.to_char(a.backend_start,
            CASE WHEN pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.backend_start
                    OPERATOR(pg_catalog.<) interval '12 hours'
                THEN 'HH24:MI:SS' ELSE 'YYYY-MM-DD HH24:MI:SS' END)) END,
    CASE WHEN pg_catalog.length(a.application_name) OPERATOR(pg_catalog.>) 0
        THEN a.application_name END)
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) l.pid
WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted
  AND l.classid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
  AND l.objid OPERATOR(pg_catalog.=) $2::pg_catalog.oid
  AND l.objsubid OPERATOR(pg_catalog.=) 1
  AND l.database OPERATOR(pg_catalog.=)
      (SELECT oid FROM pg_catalog.pg_database
       WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
