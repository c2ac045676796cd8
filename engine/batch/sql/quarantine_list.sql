-- $1 plan  $2 step, NULL: all  $3 key, NULL: all -> rows in quarantine
SELECT q.step, q.relation, q.key, q.identity, q.key_columns, q.sqlstate, q.message, q.row_values, q.tries,
       (pg_catalog.date_part('epoch', q.at) OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS at_ms
FROM zdm.quarantine AS q
WHERE q.plan OPERATOR(pg_catalog.=) $1::pg_catalog.text
  AND ($2::pg_catalog.text IS NULL OR q.step OPERATOR(pg_catalog.=) $2)
  AND ($3::pg_catalog.text IS NULL OR q.key OPERATOR(pg_catalog.=) $3)
ORDER BY q.step, q.relation, q.at, q.key
