-- $1 oid of the table. Of it, or of each of its partitions, by oid: rows that live, rows that are dead, and
-- whether a vacuum runs.
WITH RECURSIVE tree AS (
    SELECT $1::pg_catalog.oid AS oid
    UNION ALL
    SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) tree.oid)
SELECT c.oid, pg_catalog.pg_stat_get_live_tuples(c.oid) AS live,
       pg_catalog.pg_stat_get_dead_tuples(c.oid) AS dead,
       EXISTS (SELECT FROM pg_catalog.pg_stat_progress_vacuum AS v
               WHERE v.relid OPERATOR(pg_catalog.=) c.oid
                 AND v.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) AS vacuum
FROM tree
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) tree.oid
WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m}')
ORDER BY c.oid
