-- $1 plan, $2 step, $3 [{"check": "...", "open": true, "seen": "...", "memory": {...}}]
INSERT INTO zdm.gate AS g (plan, step, item, open, seen, memory)
SELECT $1::pg_catalog.text, $2::pg_catalog.text, c.check, c.open, c.seen, c.memory
FROM pg_catalog.json_to_recordset($3::pg_catalog.json)
     AS c ("check" pg_catalog.text, open pg_catalog.bool, seen pg_catalog.text, memory pg_catalog.json)
ON CONFLICT (plan, step, item) DO UPDATE
SET since = CASE WHEN g.open OPERATOR(pg_catalog.=) excluded.open THEN g.since ELSE excluded.since END,
    open = excluded.open, seen = excluded.seen, memory = excluded.memory, at = excluded.at
