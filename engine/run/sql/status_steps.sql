-- $1 plan -> its fingerprint, and a row a step, in order: id, phase, kind. One row without a step: an older zdm ran it,
-- which did not write them down. Through to_jsonb: a schema zdm of before version 10 has no such column.
SELECT p.fingerprint, s.step OPERATOR(pg_catalog.->>) 0 AS id, s.step OPERATOR(pg_catalog.->>) 1 AS phase,
       s.step OPERATOR(pg_catalog.->>) 2 AS kind
FROM zdm.plan AS p
LEFT JOIN LATERAL pg_catalog.jsonb_array_elements(
        CASE WHEN pg_catalog.jsonb_typeof(pg_catalog.to_jsonb(p) OPERATOR(pg_catalog.->) 'steps')
                 OPERATOR(pg_catalog.=) 'array' THEN pg_catalog.to_jsonb(p) OPERATOR(pg_catalog.->) 'steps' END)
    WITH ORDINALITY AS s (step, place) ON true
WHERE p.name OPERATOR(pg_catalog.=) $1::pg_catalog.text
ORDER BY s.place
