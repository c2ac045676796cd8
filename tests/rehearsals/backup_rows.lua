-- It leaves alone what the plan deletes, and inserts nothing that it copies.
local visits = rows { table = "visits", key = "id::text", value = "who" }
return both {
    "SELECT id, at, year, who FROM visits WHERE id = :row",
    visits.write "INSERT INTO visits (at, who) VALUES (date '2021-01-01' + :n % 1000, 'w' || :n)",
    visits.write "UPDATE visits SET who = 'w' || :n WHERE id = :row AND at >= '2020-01-01'",
    visits.write "UPDATE visits SET who = NULL WHERE id = :row + 1 AND at >= '2020-01-01'",
    visits.delete "id = :row AND at >= '2020-01-01'",
    visits.check,
}
