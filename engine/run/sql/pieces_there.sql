-- Which pieces are for what is there? One row a piece, in their order: true, when all of its links hold.
--
-- $1  int4[]: of each link its piece, from 0
-- $2  text[]: a relation as SQL writes it
-- $3  text[]: what it is a partition of; '' of nothing; NULL: it is only there
--
-- One that is on its way to be detached, concurrently, is a partition no more.
SELECT pg_catalog.bool_and(c.oid IS NOT NULL AND CASE
           WHEN l.above IS NULL THEN true
           WHEN l.above OPERATOR(pg_catalog.=) '' THEN NOT c.relispartition
           ELSE c.relispartition AND EXISTS (
               SELECT FROM pg_catalog.pg_inherits AS i
                WHERE i.inhrelid OPERATOR(pg_catalog.=) c.oid AND NOT i.inhdetachpending
                  AND i.inhparent OPERATOR(pg_catalog.=)
                      pg_catalog.to_regclass(l.above)::pg_catalog.oid)
       END)
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.int4[]), pg_catalog.unnest($2::pg_catalog.text[]),
                  pg_catalog.unnest($3::pg_catalog.text[])) AS l (piece, name, above)
  LEFT JOIN pg_catalog.pg_class AS c
         ON c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(l.name)::pg_catalog.oid
 GROUP BY l.piece
 ORDER BY l.piece
