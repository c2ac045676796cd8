-- $1 plan $2 step $3 item $4 state $5 kind $6 fingerprint $7 definition $8 detail $9 who $10 epoch
-- A row of a later run is not touched; an approval is nobody's run and always counts.
INSERT INTO zdm.journal AS j
    (plan, step, item, state, kind, fingerprint, definition, detail, who, epoch, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, pg_catalog.clock_timestamp())
ON CONFLICT (plan, step, item) DO UPDATE
SET state = excluded.state, kind = excluded.kind, fingerprint = excluded.fingerprint,
    definition = excluded.definition, detail = excluded.detail, who = excluded.who,
    epoch = excluded.epoch, at = excluded.at
WHERE j.epoch OPERATOR(pg_catalog.<=) excluded.epoch
   OR excluded.state OPERATOR(pg_catalog.=) 'approved'
