-- $1 plan $2 step
-- A backfill that is taken back begins at its first key when it runs again.
WITH cursors AS (
    DELETE FROM zdm.cursor
    WHERE plan OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2
)
DELETE FROM zdm.quarantine
WHERE plan OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2
