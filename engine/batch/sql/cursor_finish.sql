-- Marks every slice done that is at its end, or of a partition that is gone, and says how many are (0 when
-- one of them is not, or a partition has none), and what they did.
-- $1 plan  $2 step  $3 epoch  $4 oid of the table whose partitions are walked, or NULL
WITH RECURSIVE tree AS (
    SELECT $4::pg_catalog.oid AS oid
    UNION ALL
    SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) tree.oid
    WHERE NOT i.inhdetachpending),
leaves AS (
    SELECT t.oid FROM tree AS t JOIN pg_catalog.pg_class AS r ON r.oid OPERATOR(pg_catalog.=) t.oid
    WHERE r.relkind OPERATOR(pg_catalog.<>) 'p'),
slices AS (
    SELECT c.slice, pg_catalog.split_part(c.relation, '/', 4) OPERATOR(pg_catalog.<>) '' AS of_leaf,
       -- See identity.h.
       CASE WHEN pg_catalog.split_part(c.relation, '/', 4) OPERATOR(pg_catalog.=) '' THEN NULL
            WHEN pg_catalog.split_part(c.relation, '/', 1) OPERATOR(pg_catalog.=)
                 (SELECT d.oid::pg_catalog.text FROM pg_catalog.pg_database AS d
                  WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
            THEN pg_catalog.split_part(c.relation, '/', 2)::pg_catalog.oid
            ELSE pg_catalog.to_regclass(pg_catalog.regexp_replace(c.relation, '^[^/]*/[^/]*/[^/]*/', ''))::pg_catalog.oid
       END AS leaf
    FROM zdm.cursor AS c
    WHERE c.plan OPERATOR(pg_catalog.=) $1 AND c.step OPERATOR(pg_catalog.=) $2),
finished AS (
    UPDATE zdm.cursor AS c SET state = 'done', at = pg_catalog.clock_timestamp()
    WHERE c.plan OPERATOR(pg_catalog.=) $1 AND c.step OPERATOR(pg_catalog.=) $2
      AND c.epoch OPERATOR(pg_catalog.=) $3::pg_catalog.int8
      AND c.state OPERATOR(pg_catalog.=) 'open'
      AND (c.range_end IS NULL AND (c.bound IS NULL OR c.pos OPERATOR(pg_catalog.=) c.bound)
           OR $4 IS NOT NULL
              AND EXISTS (SELECT FROM slices AS s
                          WHERE s.slice OPERATOR(pg_catalog.=) c.slice AND s.of_leaf
                            AND NOT EXISTS (SELECT FROM leaves AS l
                                            WHERE l.oid OPERATOR(pg_catalog.=) s.leaf)))
    RETURNING c.rows, c.batches)
SELECT CASE WHEN (SELECT pg_catalog.count(*) FROM finished) OPERATOR(pg_catalog.=)
                 (SELECT pg_catalog.count(*) FROM slices)
             AND NOT EXISTS (SELECT FROM leaves AS l
                             WHERE NOT EXISTS (SELECT FROM slices AS s
                                               WHERE s.leaf OPERATOR(pg_catalog.=) l.oid))
            THEN pg_catalog.count(*) ELSE 0 END AS slices,
       COALESCE(pg_catalog.sum(f.rows), 0)::pg_catalog.int8 AS rows,
       COALESCE(pg_catalog.sum(f.batches), 0)::pg_catalog.int8 AS batches
FROM finished AS f
