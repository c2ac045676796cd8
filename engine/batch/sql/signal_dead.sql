-- $1 oid of the table. Of it and its partitions: rows that live, rows that are dead, and whether a vacuum
-- runs.
WITH parts AS (
  SELECT $1::pg_catalog.oid AS oid
  UNION
  SELECT p.relid FROM pg_catalog.pg_partition_tree($1::pg_catalog.oid::pg_catalog.regclass) AS p)
SELECT COALESCE(pg_catalog.sum(pg_catalog.pg_stat_get_live_tuples(p.oid)), 0)::pg_catalog.int8 AS live,
       COALESCE(pg_catalog.sum(pg_catalog.pg_stat_get_dead_tuples(p.oid)), 0)::pg_catalog.int8 AS dead,
       EXISTS (SELECT 1 FROM pg_catalog.pg_stat_progress_vacuum AS v JOIN parts AS q
               ON v.relid OPERATOR(pg_catalog.=) q.oid
               WHERE v.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) AS vacuum
FROM parts AS p
