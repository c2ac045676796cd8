-- $1 plan -> "a after b after a", when the plans that it waits for wait for it.
WITH RECURSIVE way (name, words, seen) AS (
    SELECT p.name, p.name, ARRAY[p.name] FROM zdm.plan AS p WHERE p.name OPERATOR(pg_catalog.=) $1
    UNION ALL
    SELECT b.name, pg_catalog.concat(w.words, ' after ', b.name), w.seen OPERATOR(pg_catalog.||) b.name
    FROM way AS w
    JOIN zdm.plan AS p ON p.name OPERATOR(pg_catalog.=) w.name
    CROSS JOIN LATERAL pg_catalog.unnest(p.after) AS b (name)
    WHERE (w.name OPERATOR(pg_catalog.<>) $1 OR pg_catalog.cardinality(w.seen) OPERATOR(pg_catalog.=) 1)
      AND (b.name OPERATOR(pg_catalog.=) $1 OR b.name OPERATOR(pg_catalog.<>) ALL (w.seen))
)
SELECT w.words FROM way AS w
WHERE w.name OPERATOR(pg_catalog.=) $1 AND pg_catalog.cardinality(w.seen) OPERATOR(pg_catalog.>) 1
ORDER BY pg_catalog.cardinality(w.seen)
LIMIT 1
