-- Takes a row out of quarantine whose table is gone.
-- $1 plan  $2 step  $3 relation  $4 key  $5 epoch -> 1 when the plan is ours
WITH zdm_fence AS MATERIALIZED (
    SELECT p.epoch FROM zdm.plan AS p
    WHERE p.name OPERATOR(pg_catalog.=) $1 AND p.epoch OPERATOR(pg_catalog.=) $5::pg_catalog.int8
    FOR SHARE),
zdm_dropped AS (
    DELETE FROM zdm.quarantine AS q
    WHERE EXISTS (SELECT FROM zdm_fence)
      AND q.plan OPERATOR(pg_catalog.=) $1 AND q.step OPERATOR(pg_catalog.=) $2
      AND q.relation OPERATOR(pg_catalog.=) $3 AND q.key OPERATOR(pg_catalog.=) $4)
SELECT pg_catalog.count(*) FROM zdm_fence
