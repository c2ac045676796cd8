-- $1 pid $2 begin of its transaction, as text $3 'cancel' or 'terminate' -> was it told? No row: that
-- transaction is over, so there is nothing to do. A statement can be cancelled only while it runs.
SELECT CASE WHEN $3::pg_catalog.text OPERATOR(pg_catalog.=) 'cancel'
    THEN pg_catalog.pg_cancel_backend(a.pid) ELSE pg_catalog.pg_terminate_backend(a.pid) END
FROM pg_catalog.pg_stat_activity a
WHERE a.pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4
  AND a.backend_type OPERATOR(pg_catalog.=) 'client backend'
  AND a.xact_start OPERATOR(pg_catalog.=) $2::pg_catalog.timestamptz
  AND ($3::pg_catalog.text OPERATOR(pg_catalog.<>) 'cancel' OR a.state OPERATOR(pg_catalog.=) 'active')
