-- $1 a step or NULL, $2 the plan
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) 0,
       CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.=) 0 THEN 'no row is in quarantine'
            ELSE pg_catalog.string_agg(pg_catalog.concat(q.n, ' of step "', q.step, '", such as ', q.key), '; ' ORDER BY q.step) END,
       NULL::pg_catalog.int8
FROM (SELECT c.step, pg_catalog.count(*) AS n, pg_catalog.min(c.key_columns::pg_catalog.text) AS key
      FROM zdm.quarantine AS c
      WHERE c.plan OPERATOR(pg_catalog.=) $2::pg_catalog.text
        AND ($1::pg_catalog.text IS NULL OR c.step OPERATOR(pg_catalog.=) $1::pg_catalog.text)
      GROUP BY c.step) AS q
