-- $1 tables and indexes ({oid,...}): how often each was used, with its partitions -> oid, count, and the
-- count's own reset when it has one. An index also serves without being scanned: what it enforces.
WITH RECURSIVE family AS (
  SELECT o AS root, o AS oid FROM pg_catalog.unnest($1::pg_catalog._oid) AS o
  UNION
  SELECT f.root, i.inhrelid
  FROM family AS f JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) f.oid)
SELECT f.root,
       COALESCE(pg_catalog.sum(CASE c.relkind
         WHEN 'i' THEN pg_catalog.pg_stat_get_numscans(c.oid)
         WHEN 'I' THEN 0
         ELSE pg_catalog.pg_stat_get_numscans(c.oid)
              OPERATOR(pg_catalog.+) COALESCE((SELECT pg_catalog.sum(pg_catalog.pg_stat_get_numscans(x.indexrelid))
                                               FROM pg_catalog.pg_index AS x WHERE x.indrelid OPERATOR(pg_catalog.=) c.oid), 0)
              OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_tuples_inserted(c.oid)
              OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_tuples_updated(c.oid)
              OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_tuples_deleted(c.oid) END), 0)::pg_catalog.int8,
       (SELECT pg_catalog.concat_ws(', ',
                 CASE WHEN x.indisprimary THEN 'is the primary key' WHEN x.indisunique THEN 'keeps rows unique'
                      WHEN x.indisexclusion THEN 'keeps rows apart' END,
                 CASE WHEN x.indisreplident THEN 'is the replica identity' END)
        FROM pg_catalog.pg_index AS x WHERE x.indexrelid OPERATOR(pg_catalog.=) f.root)
FROM family AS f
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) f.oid
GROUP BY f.root
ORDER BY f.root
