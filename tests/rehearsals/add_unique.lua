local people = rows { table = "people", key = "id::text", value = "nick" }
return both {
    "SELECT id, nick FROM people WHERE id = :row % 100",
    people.write "INSERT INTO people (nick) VALUES ('w' || :n)",
    people.write "UPDATE people SET nick = 'w' || :n WHERE id = :row % 100",
    people.delete "id = :row % 100",
    people.check,
}
