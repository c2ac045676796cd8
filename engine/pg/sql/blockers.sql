-- $1 relations (text[]) $2 lock modes wanted on them $3 "alone", "partitions" (of one that is partitioned),
-- "children" (of any), one each (text[]) -> who holds a lock in their way, longest transaction first.
-- The conflicts are those of the manual's table "Conflicting Lock Modes".
WITH RECURSIVE conflict (wanted, held) AS (VALUES
    ('AccessShareLock',          ARRAY['AccessExclusiveLock']),
    ('RowShareLock',             ARRAY['ExclusiveLock', 'AccessExclusiveLock']),
    ('RowExclusiveLock',         ARRAY['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                                       'AccessExclusiveLock']),
    ('ShareUpdateExclusiveLock', ARRAY['ShareUpdateExclusiveLock', 'ShareLock',
                                       'ShareRowExclusiveLock', 'ExclusiveLock',
                                       'AccessExclusiveLock']),
    ('ShareLock',                ARRAY['RowExclusiveLock', 'ShareUpdateExclusiveLock',
                                       'ShareRowExclusiveLock', 'ExclusiveLock',
                                       'AccessExclusiveLock']),
    ('ShareRowExclusiveLock',    ARRAY['RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock',
                                       'ShareRowExclusiveLock', 'ExclusiveLock',
                                       'AccessExclusiveLock']),
    ('ExclusiveLock',            ARRAY['RowShareLock', 'RowExclusiveLock',
                                       'ShareUpdateExclusiveLock', 'ShareLock',
                                       'ShareRowExclusiveLock', 'ExclusiveLock',
                                       'AccessExclusiveLock']),
    ('AccessExclusiveLock',      ARRAY['AccessShareLock', 'RowShareLock', 'RowExclusiveLock',
                                       'ShareUpdateExclusiveLock', 'ShareLock',
                                       'ShareRowExclusiveLock', 'ExclusiveLock',
                                       'AccessExclusiveLock'])
),
strength (mode, rank) AS (
    SELECT s.mode, s.rank FROM pg_catalog.unnest(ARRAY['AccessShareLock', 'RowShareLock',
        'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',
        'ExclusiveLock', 'AccessExclusiveLock']) WITH ORDINALITY AS s (mode, rank)
),
named (relation, mode, down) AS (
    SELECT c.oid, w.mode, w.below OPERATOR(pg_catalog.=) 'children'
        OR (w.below OPERATOR(pg_catalog.=) 'partitions' AND c.relkind OPERATOR(pg_catalog.=) 'p')
    FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]),
        pg_catalog.unnest($3::pg_catalog.text[])) AS w (name, mode, below)
    CROSS JOIN LATERAL pg_catalog.parse_ident(w.name) AS part
    -- A name with a schema is looked up without the right to use that schema: a foreign key leads there.
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=)
        CASE WHEN pg_catalog.cardinality(part) OPERATOR(pg_catalog.=) 2
             THEN (SELECT k.oid FROM pg_catalog.pg_class k
                     JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) k.relnamespace
                    WHERE n.nspname OPERATOR(pg_catalog.=) part[1]::pg_catalog.name
                      AND k.relname OPERATOR(pg_catalog.=) part[2]::pg_catalog.name)
             ELSE pg_catalog.to_regclass(w.name) END
),
wanted (relation, mode, down) AS (
    SELECT relation, mode, down FROM named
    UNION
    SELECT i.inhrelid, w.mode, w.down FROM wanted w
    JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) w.relation
    WHERE w.down
),
held AS (
    -- One row a transaction: its strongest lock in the way.
    SELECT DISTINCT ON (l.virtualtransaction, l.pid)
        l.virtualtransaction, l.pid, l.mode, l.relation::pg_catalog.regclass::pg_catalog.text
            AS relation
    FROM wanted w
    JOIN conflict c ON c.wanted OPERATOR(pg_catalog.=) w.mode
    JOIN pg_catalog.pg_locks l ON l.relation OPERATOR(pg_catalog.=) w.relation
        AND l.mode OPERATOR(pg_catalog.=) ANY (c.held)
    JOIN strength s ON s.mode OPERATOR(pg_catalog.=) l.mode
    WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.granted
      AND l.database OPERATOR(pg_catalog.=) ANY (ARRAY[0::pg_catalog.oid,
          (SELECT oid FROM pg_catalog.pg_database
           WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())])
      AND (l.pid IS NULL OR l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid())
    ORDER BY l.virtualtransaction, l.pid, s.rank DESC
),
prepared AS (
    SELECT l.virtualtransaction, p.gid, p.owner, p.prepared
    FROM pg_catalog.pg_prepared_xacts p
    JOIN pg_catalog.pg_locks l ON l.locktype OPERATOR(pg_catalog.=) 'transactionid'
        AND l.transactionid OPERATOR(pg_catalog.=) p.transaction AND l.pid IS NULL
),
found AS (
    SELECT coalesce(h.pid, 0) AS pid,
        coalesce(a.usename, p.owner) AS "user",
        CASE WHEN pg_catalog.length(a.application_name) OPERATOR(pg_catalog.>) 0
                THEN a.application_name
            ELSE coalesce(p.gid, CASE WHEN a.backend_type OPERATOR(pg_catalog.<>) 'client backend'
                THEN a.backend_type END)
        END AS application,
        CASE WHEN a.backend_type OPERATOR(pg_catalog.=) 'client backend'
            THEN coalesce(pg_catalog.host(a.client_addr), 'local') END AS client,
        CASE WHEN h.pid IS NULL THEN 'prepared' ELSE a.state END AS state,
        h.mode, h.relation,
        coalesce(a.xact_start, p.prepared) AS since,
        a.query_start,
        a.query, a.backend_type
    FROM held h
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) h.pid
    LEFT JOIN prepared p ON h.pid IS NULL
        AND p.virtualtransaction OPERATOR(pg_catalog.=) h.virtualtransaction
)
SELECT pid, "user", application, client, state, mode, relation,
    coalesce((extract(epoch FROM (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) since))
        OPERATOR(pg_catalog.*) 1000)::bigint, -1) AS transaction_age_ms,
    coalesce((extract(epoch FROM (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) query_start))
        OPERATOR(pg_catalog.*) 1000)::bigint, -1) AS statement_age_ms,
    query, backend_type,
    coalesce(backend_type OPERATOR(pg_catalog.=) 'autovacuum worker'
        AND query OPERATOR(pg_catalog.~~) '%(to prevent wraparound)', false) AS prevents_wraparound,
    since::pg_catalog.text AS since
FROM found
ORDER BY since NULLS LAST, pid
LIMIT 20
