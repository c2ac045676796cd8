-- The foreign keys called $1 on the locked relations $2: the tables with files on both sides. What is
-- partitioned stands for its leaves.
WITH RECURSIVE keys AS (
    SELECT k.oid, k.conrelid, k.confrelid
      FROM pg_catalog.pg_constraint k
     WHERE k.contype OPERATOR(pg_catalog.=) 'f' AND k.conname OPERATOR(pg_catalog.=) $1
         AND k.conrelid OPERATOR(pg_catalog.=) ANY ($2::pg_catalog.oid[])
), sides (root, relation, referenced) AS (
    SELECT conrelid, conrelid, false FROM keys
    UNION
    SELECT conrelid, confrelid, true FROM keys
    UNION
    SELECT s.root, i.inhrelid, s.referenced
      FROM sides s
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) s.relation AND c.relkind OPERATOR(pg_catalog.=) 'p'
      JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) s.relation
)
SELECT DISTINCT s.relation, s.referenced
  FROM sides s
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) s.relation
 WHERE c.relkind OPERATOR(pg_catalog.<>) 'p'
