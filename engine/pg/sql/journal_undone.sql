-- $1: a JSON list of plans -> those that are not done here, in that order, whether they were ever run, and
-- whether that was by a zdm that did not write their steps down yet.
SELECT wanted.name, coalesce(p.epoch OPERATOR(pg_catalog.>) 0, false),
       coalesce(p.epoch OPERATOR(pg_catalog.>) 0, false) AND p.steps IS NULL
FROM pg_catalog.json_array_elements_text($1::pg_catalog.json) WITH ORDINALITY AS wanted (name, place)
LEFT JOIN zdm.plan AS p ON p.name OPERATOR(pg_catalog.=) wanted.name
WHERE p.steps IS NULL
   OR p.epoch OPERATOR(pg_catalog.=) 0
   OR EXISTS (SELECT FROM pg_catalog.json_array_elements(p.steps) AS s (step)
              WHERE NOT EXISTS (SELECT FROM zdm.journal AS j
                                WHERE j.plan OPERATOR(pg_catalog.=) p.name
                                  AND j.step OPERATOR(pg_catalog.=) (s.step OPERATOR(pg_catalog.->>) 0)
                                  AND j.item OPERATOR(pg_catalog.=) '' AND j.state OPERATOR(pg_catalog.=) 'done'))
ORDER BY wanted.place
