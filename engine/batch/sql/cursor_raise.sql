-- Takes every slice over as it is: how many are left that a later epoch has.
-- $1 plan  $2 step  $3 epoch
WITH ours AS (
    UPDATE zdm.cursor AS c SET epoch = $3::pg_catalog.int8
    WHERE c.plan OPERATOR(pg_catalog.=) $1 AND c.step OPERATOR(pg_catalog.=) $2
      AND c.epoch OPERATOR(pg_catalog.<=) $3::pg_catalog.int8
    RETURNING c.slice)
SELECT (SELECT pg_catalog.count(*) FROM zdm.cursor AS c
        WHERE c.plan OPERATOR(pg_catalog.=) $1 AND c.step OPERATOR(pg_catalog.=) $2)
       OPERATOR(pg_catalog.-) (SELECT pg_catalog.count(*) FROM ours)
