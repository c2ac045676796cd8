-- $1 table as SQL writes it -> its full name, its rows by estimate (-1: not known), may LOCK TABLE name it?
-- No row: it is not there. Takes no lock: its leaves are looked up in pg_inherits.
WITH RECURSIVE below AS (
    SELECT c.oid, c.relkind, c.reltuples
    FROM pg_catalog.pg_class AS c
    WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
  UNION ALL
    SELECT c.oid, c.relkind, c.reltuples
    FROM below AS b
    JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) b.oid
    JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) i.inhrelid
    WHERE b.relkind OPERATOR(pg_catalog.=) 'p')
SELECT pg_catalog.format('%s', c.oid::pg_catalog.regclass),
       (SELECT coalesce(pg_catalog.sum(leaf.reltuples)
                   FILTER (WHERE leaf.reltuples OPERATOR(pg_catalog.>=) 0::pg_catalog.float4), -1)::bigint
        FROM below AS leaf
        WHERE leaf.relkind OPERATOR(pg_catalog.<>) 'p'),
       c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']::"char"[])
FROM pg_catalog.pg_class AS c
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
