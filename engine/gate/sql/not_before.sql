-- $1 a local time, $2 its zone
SELECT s.now OPERATOR(pg_catalog.>=) s.at,
       pg_catalog.concat('it is ', pg_catalog.to_char(s.now AT TIME ZONE s.zone, 'YYYY-MM-DD HH24:MI'),
                         ' (', s.zone, ')'),
       CASE WHEN s.now OPERATOR(pg_catalog.<) s.at
            THEN pg_catalog.ceil(EXTRACT(epoch FROM s.at OPERATOR(pg_catalog.-) s.now)
                                 OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 END
FROM (SELECT pg_catalog.clock_timestamp() AS now, $2::pg_catalog.text AS zone,
             $1::pg_catalog.timestamp AT TIME ZONE $2::pg_catalog.text AS at) AS s
