-- $1 plan $2 step
-- What the checks of a gate saw before is no memory for the time when it stands there again.
DELETE FROM zdm.gate
WHERE plan OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2
