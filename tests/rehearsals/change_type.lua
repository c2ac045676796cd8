-- The same statements before and behind the swap; their answers are text, whatever the column is.
local people = rows { table = "people", key = "id::text", value = "nick::text" }
return both {
    "SELECT id, nick::text FROM people WHERE id = :row % 100",
    people.write "INSERT INTO people (nick) VALUES ('w' || :n)",
    people.write "INSERT INTO people DEFAULT VALUES",
    people.write "UPDATE people SET nick = 'w' || :n WHERE id = :row % 100",
    people.write "UPDATE people SET nick = nick || '.' WHERE id = :row % 100 AND length(nick) < 50",
    people.write_both "UPDATE people SET nick = 'w' || :n, zdm_new_nick = 'w' || :n WHERE id = :row % 100",
    people.write_both "UPDATE people SET nick = 'w' || :n, zdm_old_nick = 'w' || :n WHERE id = :row % 100",
    people.delete "id = :row % 100",
    people.check,
}
