-- $1 plan -> other plans that are not done and change one of its tables, unless one of the two is alongside the
-- other: name, who started it and when, its next step and the kind of that, whether anything of it was
-- done, the tables of both.
SELECT p.name, p.runner, pg_catalog.to_char(p.at, 'YYYY-MM-DD HH24:MI:SS'), next.id, next.kind,
       EXISTS (SELECT FROM zdm.journal AS j
               WHERE j.plan OPERATOR(pg_catalog.=) p.name AND j.item OPERATOR(pg_catalog.=) ''
                 AND j.kind OPERATOR(pg_catalog.<>) 'gate' AND j.state OPERATOR(pg_catalog.=) 'done')
       OR EXISTS (SELECT FROM zdm.cursor AS c
                  WHERE c.plan OPERATOR(pg_catalog.=) p.name AND c.batches OPERATOR(pg_catalog.>) 0) AS begun,
       (SELECT pg_catalog.string_agg(t.name, ', ' ORDER BY t.name) FROM pg_catalog.unnest(p.tables) AS t (name)
        WHERE t.name OPERATOR(pg_catalog.=) ANY (me.tables)) AS shared
FROM zdm.plan AS me
JOIN zdm.plan AS p ON p.name OPERATOR(pg_catalog.<>) me.name
                  AND p.tables OPERATOR(pg_catalog.&&) me.tables
                  AND p.name OPERATOR(pg_catalog.<>) ALL (me.alongside)
                  AND me.name OPERATOR(pg_catalog.<>) ALL (p.alongside)
CROSS JOIN LATERAL (
    SELECT s.step OPERATOR(pg_catalog.->>) 0 AS id, s.step OPERATOR(pg_catalog.->>) 2 AS kind
    FROM pg_catalog.json_array_elements(p.steps) WITH ORDINALITY AS s (step, place)
    WHERE NOT EXISTS (SELECT FROM zdm.journal AS j
                      WHERE j.plan OPERATOR(pg_catalog.=) p.name
                        AND j.step OPERATOR(pg_catalog.=) (s.step OPERATOR(pg_catalog.->>) 0)
                        AND j.item OPERATOR(pg_catalog.=) '' AND j.state OPERATOR(pg_catalog.=) 'done')
    ORDER BY s.place
    LIMIT 1) AS next
WHERE me.name OPERATOR(pg_catalog.=) $1
ORDER BY p.name
