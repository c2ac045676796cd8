-- Events come for each month, also for one that has no partition of its own; some move to another month.
local events = rows { table = "events", key = "id::text", value = "kind" }
return both {
    "SELECT id, account, at, kind, payload FROM events WHERE id = :row",
    "SELECT count(*) FROM recent_events WHERE id = :row + 1400",
    events.write [[INSERT INTO events (account, at, kind)
                   VALUES (:n % 50 + 1, timestamptz '2025-12-01' + :n % 300 * interval '1 day', 'w' || :n)]],
    events.write "INSERT INTO events (kind, payload) VALUES ('w' || :n, jsonb_build_object('n', :n))",
    events.write("UPDATE events SET kind = 'w' || :n, account = NULL WHERE " .. even_ones),
    events.write("UPDATE events SET at = at + interval '1 month', kind = 'w' || :n WHERE " .. odd_ones),
    events.delete(even_ones),
    events.check,
}
