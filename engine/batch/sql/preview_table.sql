-- What the size of a backfill's table says about its cost. Of it and its partitions: bytes of rows and of
-- indexes, the most indexes that one of them has, the lowest fillfactor, how many have rows of their own.
-- $1 the table, qualified
WITH parts AS (
    SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS oid
    UNION
    SELECT p.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) AS p
)
SELECT COALESCE(pg_catalog.sum(pg_catalog.pg_relation_size(c.oid)), 0)::pg_catalog.int8 AS heap,
       COALESCE(pg_catalog.sum(pg_catalog.pg_indexes_size(c.oid)), 0)::pg_catalog.int8 AS indexes,
       COALESCE(pg_catalog.max((SELECT pg_catalog.count(*) FROM pg_catalog.pg_index AS i
                                WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid)), 0)::pg_catalog.int8 AS n_indexes,
       COALESCE(pg_catalog.min((SELECT o.option_value::pg_catalog.int4
                                FROM pg_catalog.pg_options_to_table(c.reloptions) AS o
                                WHERE o.option_name OPERATOR(pg_catalog.=) 'fillfactor')), 100) AS fillfactor,
       pg_catalog.count(*) AS tables,
       pg_catalog.current_setting('full_page_writes') OPERATOR(pg_catalog.=) 'on' AS full_pages,
       pg_catalog.current_setting('block_size')::pg_catalog.int8 AS block
FROM parts
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) parts.oid AND c.relkind OPERATOR(pg_catalog.=) 'r'
