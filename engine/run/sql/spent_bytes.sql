-- $1 names of tables -> bytes of them and their partitions. By pg_class, which index builds and rewrites bring
-- up to date, and which takes no lock.
WITH RECURSIVE family AS (
  SELECT pg_catalog.to_regclass(n)::pg_catalog.oid AS oid FROM pg_catalog.unnest($1::pg_catalog._text) AS n
  UNION
  SELECT i.inhrelid FROM family AS f JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) f.oid)
SELECT COALESCE(pg_catalog.sum(GREATEST(c.relpages, 0)::pg_catalog.int8
                               OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::pg_catalog.int8), 0)::pg_catalog.int8
FROM family AS f
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) f.oid
