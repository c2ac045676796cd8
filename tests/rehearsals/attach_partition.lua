-- Old code writes the table by its own name, new code through the partitioned one, too. Their own rows have large ids.
local either = rows {
    table = [[(SELECT id, what FROM events WHERE at < '2027-01-01'
               UNION ALL SELECT id, what FROM events_2027 WHERE id >= 1000000000)]],
    key = "id::text",
    value = "what",
}
local events = rows { table = "events", key = "id::text", value = "what" }
local alone = rows { table = "events_2027", key = "id::text", value = "what" }
local application = {
    "SELECT id, at FROM events WHERE id = :row",
    events.write "INSERT INTO events VALUES (:n, date '2025-01-01' + :n % 700, 'w' || :n)",
    events.write "UPDATE events SET what = 'w' || :n WHERE id = :row AND at < '2026-07-01'",
    events.write "UPDATE events SET at = at + 1, what = NULL WHERE id = :row + 1 AND at < '2026-06-01'",
    events.delete "id = :row AND at < '2027-01-01'",
    alone.write "INSERT INTO events_2027 VALUES (:n, date '2027-01-01' + :n % 300, 'w' || :n)",
    alone.write [[UPDATE events_2027 SET at = date '2027-01-01' + :n % 300, what = 'w' || :n
                   WHERE id >= 1000000000 AND id = (SELECT max(id) FROM events_2027)]],
    alone.delete "id = (SELECT min(id) FROM events_2027 WHERE id >= 1000000000)",
    either.check,
}
return {
    old = application,
    new = all(application, {
        events.write "INSERT INTO events VALUES (:n, date '2027-01-01' + :n % 300, 'w' || :n)",
        events.write [[UPDATE events SET what = 'w' || :n
                        WHERE id >= 1000000000 AND id = (SELECT max(id) FROM events_2027)]],
        "SELECT 1 / (count(*) > 0)::int FROM events WHERE at >= '2027-01-01'",
    }),
}
