-- From PostgreSQL 16 on: $1 relations ({oid,...}) -> of the indexes that were scanned, with all their partitions,
-- since the counts began: when the last of them was, in ms
WITH RECURSIVE family AS (
  SELECT o AS root, o AS oid FROM pg_catalog.unnest($1::pg_catalog._oid) AS o
  UNION
  SELECT f.root, i.inhrelid
  FROM family AS f JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) f.oid)
SELECT f.root,
       (EXTRACT(epoch FROM pg_catalog.max(pg_catalog.pg_stat_get_lastscan(c.oid))) OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8
FROM family AS f
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) f.oid
WHERE c.relkind OPERATOR(pg_catalog.<>) 'I'
GROUP BY f.root
HAVING pg_catalog.bool_and(c.relkind OPERATOR(pg_catalog.=) 'i'
                           AND pg_catalog.pg_stat_get_lastscan(c.oid) IS NOT NULL)
ORDER BY f.root
