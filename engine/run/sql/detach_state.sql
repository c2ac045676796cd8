-- Is a table a partition of another one, for settling a concurrent DETACH.
--
-- $1  schema of what is partitioned, or NULL: wherever the search_path finds it
-- $2  its name, unquoted
-- $3  schema of the partition, or NULL
-- $4  its name, unquoted
--
-- One row. state: 'attached', 'pending' (one that was interrupted, or is under way), 'detached' (or one of
-- them is not there). parent, child: their names for SQL. pid: a live session that detaches a partition of
-- this name, by its query: while it waits for old transactions it holds no lock on either table. NULL: none
-- to be seen; two that finalize the same do no harm, one of them fails. hidden: a session of another role whose
-- query our role may not see, and that may be such a one: it waits as a concurrent DETACH does, for the end of
-- somebody's transaction without the lock that a concurrent build has on its table, or for the partition.
WITH named AS (
    SELECT pg_catalog.to_regclass(CASE WHEN $1::text IS NULL THEN pg_catalog.quote_ident($2::text)
                                       ELSE pg_catalog.format('%I.%I', $1::text, $2::text) END) AS parent,
           pg_catalog.to_regclass(CASE WHEN $3::text IS NULL THEN pg_catalog.quote_ident($4::text)
                                       ELSE pg_catalog.format('%I.%I', $3::text, $4::text) END) AS child
)
SELECT CASE WHEN i.inhrelid IS NULL THEN 'detached' WHEN i.inhdetachpending THEN 'pending' ELSE 'attached' END AS state,
       parent::text AS parent, child::text AS child,
       (SELECT a.pid
          FROM pg_catalog.pg_stat_activity a
         WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
           AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
           AND a.state OPERATOR(pg_catalog.=) 'active'
           AND a.query OPERATOR(pg_catalog.~*) '\mdetach\s+partition\M'
           AND pg_catalog.strpos(pg_catalog.lower(a.query), pg_catalog.lower($4::text)) OPERATOR(pg_catalog.>) 0
         ORDER BY a.query_start LIMIT 1) AS pid,
       (SELECT pg_catalog.min(a.pid)
          FROM pg_catalog.pg_stat_activity a
          JOIN pg_catalog.pg_locks l ON l.pid OPERATOR(pg_catalog.=) a.pid
         WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
           AND a.query OPERATOR(pg_catalog.=) '<insufficient privilege>' AND NOT l.granted
           AND CASE l.locktype
                   WHEN 'virtualxid' THEN NOT EXISTS (
                       SELECT FROM pg_catalog.pg_locks h
                        WHERE h.pid OPERATOR(pg_catalog.=) a.pid AND h.granted
                          AND h.mode OPERATOR(pg_catalog.=) 'ShareUpdateExclusiveLock')
                   WHEN 'relation' THEN l.relation OPERATOR(pg_catalog.=) named.child
                       AND l.mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock' END) AS hidden
  FROM named
  LEFT JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) named.parent
        AND i.inhrelid OPERATOR(pg_catalog.=) named.child
