local visits = rows { table = "visits", key = "id::text", value = "page" }
return both {
    "SELECT id, user_id, at, page FROM visits WHERE id = :row",
    visits.write [[INSERT INTO visits (at, page)
                   VALUES (timestamptz '2025-12-01' + :n % 300 * interval '1 day', 'w' || :n)]],
    visits.write "INSERT INTO visits (user_id, page) SELECT id, 'w' || :n FROM users WHERE id = :row",
    visits.write("UPDATE visits SET page = 'w' || :n WHERE " .. even_ones),
    visits.write("UPDATE visits SET at = at + interval '1 month', user_id = NULL WHERE " .. odd_ones),
    visits.delete(even_ones),
    visits.check,
}
