-- $1 plan -> what its recipes read of the tables, once the plan has begun.
SELECT p.described
FROM zdm.plan AS p
WHERE p.name OPERATOR(pg_catalog.=) $1 AND p.described IS NOT NULL
  AND EXISTS (SELECT FROM zdm.journal AS j WHERE j.plan OPERATOR(pg_catalog.=) $1
                 AND j.state OPERATOR(pg_catalog.<>) ALL ('{approved,undone}'::pg_catalog.text[]))
