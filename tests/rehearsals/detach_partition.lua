-- New code looks for the rows of 2025 in their own table.
local either = rows {
    table = "(SELECT id, what FROM events UNION SELECT id, what FROM events_2025)", key = "id::text", value = "what",
}
local events = rows { table = "events", key = "id::text", value = "what" }
local alone = rows { table = "events_2025", key = "id::text", value = "what" }
return {
    old = {
        "SELECT id, at, what FROM events WHERE id = :row",
        events.write "INSERT INTO events VALUES (:n, date '2025-01-01' + :n % 700, 'w' || :n)",
        events.write("UPDATE events SET what = 'w' || :n WHERE " .. even_ones),
        events.write("UPDATE events SET at = date '2025-01-01' + :n % 700, what = NULL WHERE " .. odd_ones),
        events.delete(even_ones),
        either.check,
    },
    new = {
        "SELECT id, at, what FROM events_2025 WHERE id = :row",
        alone.write "INSERT INTO events_2025 VALUES (:n, date '2025-01-01' + :n % 300, 'w' || :n)",
        alone.write("UPDATE events_2025 SET what = 'w' || :n WHERE " .. even_ones),
        alone.delete(even_ones),
        "SELECT id, at, what FROM events WHERE id = :row AND at >= '2026-01-01'",
        events.write "INSERT INTO events VALUES (:n, date '2026-01-01' + :n % 300, 'w' || :n)",
        either.check,
    },
}
