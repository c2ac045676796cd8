-- Is it a partition still, and what is it called? No row when there is no such table any more.
-- $1 oid of the partition  $2 oid of the partitioned table
SELECT EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(c.oid) AS a
               WHERE a.relid OPERATOR(pg_catalog.=) $2::pg_catalog.oid) AS attached,
       pg_catalog.format('%I.%I', n.nspname, c.relname) AS relation
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
