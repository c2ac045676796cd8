local events = rows { table = "events", key = "id::text", value = "what" }
return both {
    "SELECT region, name FROM users WHERE region = 3 AND lower(name) = 'w' || :row",
    "INSERT INTO users (email, name, region) VALUES ('w' || :n, 'w' || :n, 3)",
    "UPDATE users SET name = 'w' || :n, region = NULL WHERE id = :row",
    "DELETE FROM users WHERE id = :row + 1",
    "SELECT id, at FROM events WHERE what = 'what ' || :row",
    events.write "INSERT INTO events VALUES (:n, date '2025-01-01' + :n % 700, 'w' || :n)",
    events.write("UPDATE events SET what = 'w' || :n WHERE " .. even_ones),
    events.write("UPDATE events SET at = date '2025-01-01' + :n % 700, what = NULL WHERE " .. odd_ones),
    events.delete(even_ones),
    events.check,
}
