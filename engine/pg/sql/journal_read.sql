-- $1 plan -> its rows in order of time, with their age by the server's clock
SELECT step, item, state, kind, fingerprint, definition, detail::pg_catalog.text, who, epoch,
       (extract(epoch FROM at) OPERATOR(pg_catalog.*) 1000)::bigint AS at_ms,
       greatest(0, (extract(epoch FROM (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) at))
           OPERATOR(pg_catalog.*) 1000)::bigint) AS age_ms
FROM zdm.journal
WHERE plan OPERATOR(pg_catalog.=) $1
ORDER BY at, step, item
