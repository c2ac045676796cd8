-- $1 plan $2 step $3 who $4 epoch
-- The approvals of a gate that is taken back: they were given for what is not there any more.
UPDATE zdm.journal
SET state = 'undone', who = $3, epoch = $4::bigint, at = pg_catalog.clock_timestamp()
WHERE plan OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2
  AND item OPERATOR(pg_catalog.<>) '' AND state OPERATOR(pg_catalog.=) 'approved'
