-- $1 pid of a session that may wait for a lock -> first who it waits for (columns as in blockers.sql), then
-- who came after it and waits for the same relation. No row: it does not wait. Prepared transactions are
-- pid 0: who holds locks on that relation is asked for with blockers.sql.
-- mode: the strongest lock there that it has and that is in the way; who only waits in front has none.
WITH strength (mode, conflicts_from, rank) AS ( -- but SHARE does not conflict with itself
    SELECT s.mode, s.conflicts_from, s.rank FROM ROWS FROM (
        pg_catalog.unnest(ARRAY['AccessShareLock', 'RowShareLock', 'RowExclusiveLock',
            'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
            'AccessExclusiveLock']),
        pg_catalog.unnest(ARRAY[8, 7, 5, 4, 3, 3, 2, 1])) WITH ORDINALITY AS s (mode, conflicts_from, rank)
),
locks AS MATERIALIZED (SELECT l.*, pg_catalog.to_jsonb(l) OPERATOR(pg_catalog.->>) 'waitstart'
        AS since
    FROM pg_catalog.pg_locks l
),
waiting AS (
    SELECT l.relation, l.database, l.since, l.mode FROM locks l
    WHERE l.pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4 AND NOT l.granted
    LIMIT 1
),
who AS (
    SELECT DISTINCT b.pid, 'in the way' AS place, NULL::pg_catalog.text AS since,
        (SELECT l.mode FROM locks l JOIN strength s ON s.mode OPERATOR(pg_catalog.=) l.mode
         WHERE l.pid OPERATOR(pg_catalog.=) b.pid AND l.granted
           AND l.relation OPERATOR(pg_catalog.=) w.relation
           AND s.rank OPERATOR(pg_catalog.>=) (SELECT o.conflicts_from FROM strength o
                                               WHERE o.mode OPERATOR(pg_catalog.=) w.mode)
           AND NOT (l.mode OPERATOR(pg_catalog.=) 'ShareLock' AND w.mode OPERATOR(pg_catalog.=) 'ShareLock')
         ORDER BY s.rank DESC LIMIT 1) AS mode,
        w.relation
    FROM waiting w
    CROSS JOIN pg_catalog.unnest(pg_catalog.pg_blocking_pids($1::pg_catalog.int4)) AS b (pid)
    UNION ALL
    SELECT l.pid, 'behind', l.since, l.mode, l.relation
    FROM waiting w
    JOIN locks l ON l.relation OPERATOR(pg_catalog.=) w.relation
        AND l.database OPERATOR(pg_catalog.=) w.database AND NOT l.granted
        AND l.pid OPERATOR(pg_catalog.<>) $1::pg_catalog.int4
    WHERE l.since::pg_catalog.timestamptz OPERATOR(pg_catalog.>=) w.since::pg_catalog.timestamptz
),
found AS (
    SELECT k.place, k.since AS waits_since, k.pid, a.usename AS "user",
        CASE WHEN pg_catalog.length(a.application_name) OPERATOR(pg_catalog.>) 0
                THEN a.application_name
            WHEN a.backend_type OPERATOR(pg_catalog.<>) 'client backend' THEN a.backend_type
        END AS application,
        CASE WHEN a.backend_type OPERATOR(pg_catalog.=) 'client backend'
            THEN coalesce(pg_catalog.host(a.client_addr), 'local') END AS client,
        a.state, k.mode, k.relation::pg_catalog.regclass::pg_catalog.text AS relation,
        a.xact_start AS since, a.query_start, a.query, a.backend_type
    FROM who k
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) k.pid
)
SELECT pid, "user", application, client, state, mode, relation,
    coalesce((extract(epoch FROM (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) since))
        OPERATOR(pg_catalog.*) 1000)::bigint, -1) AS transaction_age_ms,
    coalesce((extract(epoch FROM (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) query_start))
        OPERATOR(pg_catalog.*) 1000)::bigint, -1) AS statement_age_ms,
    query, backend_type,
    coalesce(backend_type OPERATOR(pg_catalog.=) 'autovacuum worker'
        AND query OPERATOR(pg_catalog.~~) '%(to prevent wraparound)', false) AS prevents_wraparound,
    since::pg_catalog.text AS since,
    place,
    coalesce((extract(epoch FROM (pg_catalog.clock_timestamp()
        OPERATOR(pg_catalog.-) waits_since::pg_catalog.timestamptz))
        OPERATOR(pg_catalog.*) 1000)::bigint, -1) AS waited_ms,
    pg_catalog.count(*) OVER (PARTITION BY place) AS total
FROM found
ORDER BY place DESC, waits_since NULLS FIRST, since NULLS LAST, pid
LIMIT 40
