-- $1 plan -> has it begun?, and what its recipes read of the tables (NULL: that is not known).
SELECT EXISTS (SELECT FROM zdm.journal AS j WHERE j.plan OPERATOR(pg_catalog.=) $1
                  AND j.state OPERATOR(pg_catalog.<>) ALL ('{approved,undone}'::pg_catalog.text[])),
       (SELECT p.described FROM zdm.plan AS p WHERE p.name OPERATOR(pg_catalog.=) $1)
