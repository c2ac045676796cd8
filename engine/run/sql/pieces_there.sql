-- Which pieces are for what is there? One row a piece, in their order: NULL when all of its links hold, else which one,
-- from 1, is the first that does not.
--
-- $1  int4[]: of each link its piece, from 0
-- $2  text[]: a relation as SQL writes it
-- $3  text[]: what it is a partition, or an index, of; '' of nothing; NULL: it is only there
--
-- One that is on its way to be detached, concurrently, is a partition no more.
SELECT pg_catalog.min(l.link) FILTER (WHERE c.oid IS NULL OR NOT CASE
           WHEN l.above IS NULL THEN true
           WHEN l.above OPERATOR(pg_catalog.=) '' THEN NOT c.relispartition
           ELSE EXISTS (
               SELECT FROM pg_catalog.pg_inherits AS i
                WHERE i.inhrelid OPERATOR(pg_catalog.=) c.oid AND c.relispartition
                  AND NOT i.inhdetachpending
                  AND i.inhparent OPERATOR(pg_catalog.=)
                      pg_catalog.to_regclass(l.above)::pg_catalog.oid)
             OR EXISTS (
               SELECT FROM pg_catalog.pg_index AS x
                WHERE x.indexrelid OPERATOR(pg_catalog.=) c.oid
                  AND x.indrelid OPERATOR(pg_catalog.=)
                      pg_catalog.to_regclass(l.above)::pg_catalog.oid)
       END)
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.int4[]), pg_catalog.unnest($2::pg_catalog.text[]),
                  pg_catalog.unnest($3::pg_catalog.text[])) WITH ORDINALITY
       AS l (piece, name, above, link)
  LEFT JOIN pg_catalog.pg_class AS c
         ON c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(l.name)::pg_catalog.oid
 GROUP BY l.piece
 ORDER BY l.piece
