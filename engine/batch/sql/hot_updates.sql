-- Updated rows of a table and its partitions, and those of them that stayed on their page.
-- $1 oid of the table
SELECT COALESCE(pg_catalog.sum(pg_catalog.pg_stat_get_tuples_updated(t.relid)), 0)::pg_catalog.int8,
       COALESCE(pg_catalog.sum(pg_catalog.pg_stat_get_tuples_hot_updated(t.relid)), 0)::pg_catalog.int8
FROM (SELECT $1::pg_catalog.oid AS relid
      UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(
          $1::pg_catalog.oid::pg_catalog.regclass) AS p) AS t
