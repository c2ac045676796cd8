-- $1 plan $2 fingerprint $3 who $4 tables $5 steps $6 after $7 alongside
-- $8 described, JSON; NULL: they stay as they are; {}: it too, when the plan has begun -> our epoch. Waits for every
-- transaction that holds the fence.
INSERT INTO zdm.plan AS p (name, fingerprint, runner, epoch, at, tables, steps, after, alongside, described)
VALUES ($1, $2, $3, 1, pg_catalog.clock_timestamp(),
        ARRAY(SELECT pg_catalog.json_array_elements_text($4::pg_catalog.json)), $5::pg_catalog.json,
        ARRAY(SELECT pg_catalog.json_array_elements_text($6::pg_catalog.json)),
        ARRAY(SELECT pg_catalog.json_array_elements_text($7::pg_catalog.json)), $8::pg_catalog.json)
ON CONFLICT (name) DO UPDATE
SET fingerprint = excluded.fingerprint, runner = excluded.runner, at = excluded.at,
    tables = CASE WHEN excluded.steps IS NULL THEN p.tables ELSE excluded.tables END,
    after = CASE WHEN excluded.steps IS NULL THEN p.after ELSE excluded.after END,
    alongside = CASE WHEN excluded.steps IS NULL THEN p.alongside ELSE excluded.alongside END,
    described = CASE WHEN excluded.described IS NULL THEN p.described
                     WHEN excluded.described::pg_catalog.text OPERATOR(pg_catalog.=) '{}'
                          AND EXISTS (SELECT FROM zdm.journal AS j WHERE j.plan OPERATOR(pg_catalog.=) $1
                                         AND j.state OPERATOR(pg_catalog.<>)
                                             ALL ('{approved,undone}'::pg_catalog.text[]))
                     THEN coalesce(p.described, excluded.described)
                     ELSE excluded.described END,
    steps = coalesce(excluded.steps, p.steps), epoch = p.epoch OPERATOR(pg_catalog.+) 1
RETURNING epoch
