-- $1: [{"area", "plan", "step", "kind", "name", "state"}, ...], $2 because, $3 who
INSERT INTO zdm.accepted AS t (area, plan, step, kind, name, state, because, who, at)
SELECT DISTINCT ON (a.area, a.kind, a.name) a.area, a.plan, a.step, a.kind, a.name, a.state, $2, $3,
       pg_catalog.clock_timestamp()
FROM pg_catalog.json_to_recordset($1::pg_catalog.json)
     AS a (area text, plan text, step text, kind text, name text, state text)
ORDER BY a.area, a.kind, a.name, a.step
ON CONFLICT (area, kind, name) DO UPDATE
SET plan = excluded.plan, step = excluded.step, state = excluded.state, because = excluded.because,
    who = excluded.who, at = excluded.at
