-- Is table $1 or $2 (names, or NULL), or a partition of one, locked as a whole against writing, or does
-- somebody wait for such a lock, and we behind him?
WITH named AS (
    SELECT pg_catalog.to_regclass(n.name) AS oid
    FROM (VALUES ($1::pg_catalog.text), ($2::pg_catalog.text)) AS n (name)),
tables AS (
    SELECT n.oid::pg_catalog.oid FROM named AS n
    UNION
    SELECT t.relid::pg_catalog.oid FROM named AS n CROSS JOIN LATERAL pg_catalog.pg_partition_tree(n.oid) AS t)
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_locks AS l
    JOIN tables AS t ON t.oid OPERATOR(pg_catalog.=) l.relation
    WHERE l.locktype OPERATOR(pg_catalog.=) 'relation'
      AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d
              WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
      AND l.mode OPERATOR(pg_catalog.=)
          ANY ('{ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}')
      AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid())
