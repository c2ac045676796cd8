-- $1 table as SQL writes it -> its full name and its rows by estimate (-1: not known); no row: not there
SELECT pg_catalog.format('%s', c.oid::pg_catalog.regclass),
       (SELECT coalesce(pg_catalog.sum(leaf.reltuples)
                   FILTER (WHERE leaf.reltuples OPERATOR(pg_catalog.>=) 0::pg_catalog.float4), -1)::bigint
        FROM pg_catalog.pg_class AS leaf
        WHERE leaf.oid OPERATOR(pg_catalog.=) c.oid AND leaf.relkind OPERATOR(pg_catalog.<>) 'p'
           OR leaf.oid OPERATOR(pg_catalog.=) ANY (ARRAY(
                SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid::pg_catalog.regclass) AS t
                WHERE t.isleaf)))
FROM pg_catalog.pg_class AS c
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
