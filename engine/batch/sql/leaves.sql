-- The partitions that hold rows, at any depth: oid and name, qualified and quoted. Not by
-- pg_partition_tree(), which locks them all.
-- $1 oid of the partitioned table
WITH RECURSIVE tree AS (
    SELECT $1::pg_catalog.oid AS oid
    UNION ALL
    SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) tree.oid
    WHERE NOT i.inhdetachpending)
SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS relation
FROM tree
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) tree.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.relkind OPERATOR(pg_catalog.<>) 'p'
ORDER BY c.oid
