-- $1 plan $2 fingerprint $3 who -> our epoch. Waits for every transaction that holds the fence.
INSERT INTO zdm.plan AS p (name, fingerprint, runner, epoch, at)
VALUES ($1, $2, $3, 1, pg_catalog.clock_timestamp())
ON CONFLICT (name) DO UPDATE
SET fingerprint = excluded.fingerprint, runner = excluded.runner, at = excluded.at,
    epoch = p.epoch OPERATOR(pg_catalog.+) 1
RETURNING epoch
