-- Every plan, and where it stands: its next step (NULL: none is left, or they are not known), how many it has, and
-- which plans it waits for. Through to_jsonb: a schema zdm of before version 8 does not know the steps.
SELECT p.name, p.fingerprint, p.runner, p.epoch,
       (extract(epoch FROM p.at) OPERATOR(pg_catalog.*) 1000)::bigint AS at_ms,
       next.id, next.phase, next.kind,
       pg_catalog.jsonb_array_length(known.steps) AS steps,
       CASE WHEN p.epoch OPERATOR(pg_catalog.=) 0 THEN
           (SELECT pg_catalog.string_agg(a.name, ', ' ORDER BY a.place)
            FROM pg_catalog.jsonb_array_elements_text(known.after) WITH ORDINALITY AS a (name, place)) END
FROM zdm.plan AS p
CROSS JOIN LATERAL (
    SELECT CASE WHEN pg_catalog.jsonb_typeof(pg_catalog.to_jsonb(p) OPERATOR(pg_catalog.->) 'steps')
                          OPERATOR(pg_catalog.=) 'array' THEN pg_catalog.to_jsonb(p) OPERATOR(pg_catalog.->) 'steps' END AS steps,
           CASE WHEN pg_catalog.jsonb_typeof(pg_catalog.to_jsonb(p) OPERATOR(pg_catalog.->) 'after')
                          OPERATOR(pg_catalog.=) 'array' THEN pg_catalog.to_jsonb(p) OPERATOR(pg_catalog.->) 'after' END AS after) AS known
LEFT JOIN LATERAL (
    SELECT s.step OPERATOR(pg_catalog.->>) 0 AS id, s.step OPERATOR(pg_catalog.->>) 1 AS phase,
           s.step OPERATOR(pg_catalog.->>) 2 AS kind
    FROM pg_catalog.jsonb_array_elements(known.steps) WITH ORDINALITY AS s (step, place)
    WHERE NOT EXISTS (SELECT FROM zdm.journal AS j
                      WHERE j.plan OPERATOR(pg_catalog.=) p.name
                        AND j.step OPERATOR(pg_catalog.=) (s.step OPERATOR(pg_catalog.->>) 0)
                        AND j.item OPERATOR(pg_catalog.=) '' AND j.state OPERATOR(pg_catalog.=) 'done')
    ORDER BY s.place
    LIMIT 1) AS next ON true
ORDER BY p.name
