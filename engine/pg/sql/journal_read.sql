-- $1 plan -> its rows in order of time, with their age by the server's clock
-- A backfill that was begun but has no batch yet is as good as not begun: it may still be corrected.
SELECT step, item, state, kind, fingerprint, definition, detail::pg_catalog.text, who, epoch,
       (extract(epoch FROM at) OPERATOR(pg_catalog.*) 1000)::bigint AS at_ms,
       greatest(0, (extract(epoch FROM (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) at))
           OPERATOR(pg_catalog.*) 1000)::bigint) AS age_ms
FROM zdm.journal AS j
WHERE plan OPERATOR(pg_catalog.=) $1
  AND (kind OPERATOR(pg_catalog.<>) 'backfill' OR state OPERATOR(pg_catalog.<>) 'started'
       OR EXISTS (SELECT FROM zdm.cursor AS c
                  WHERE c.plan OPERATOR(pg_catalog.=) j.plan AND c.step OPERATOR(pg_catalog.=) j.step
                    AND c.batches OPERATOR(pg_catalog.>) 0))
ORDER BY at, step, item
