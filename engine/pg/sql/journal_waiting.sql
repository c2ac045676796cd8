-- $1 plan $2 fingerprint $3 who $4 steps $5 after, JSON: the plan was not begun, since it waits for others.
INSERT INTO zdm.plan AS p (name, fingerprint, runner, epoch, at, tables, steps, after, alongside)
VALUES ($1, $2, $3, 0, pg_catalog.clock_timestamp(), '{}', $4::pg_catalog.json,
        ARRAY(SELECT pg_catalog.json_array_elements_text($5::pg_catalog.json)), '{}')
ON CONFLICT (name) DO UPDATE SET after = excluded.after
