-- $1 plan $2 tables $3 steps, JSON: of a plan that is done, when its file says something else now.
UPDATE zdm.plan
SET tables = ARRAY(SELECT pg_catalog.json_array_elements_text($2::pg_catalog.json)), steps = $3::pg_catalog.json
WHERE name OPERATOR(pg_catalog.=) $1
  AND (steps IS NULL OR steps::pg_catalog.text OPERATOR(pg_catalog.<>) $3::pg_catalog.text)
