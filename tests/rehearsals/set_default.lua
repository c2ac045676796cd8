local users = rows { table = "users", key = "id::text", value = "name" }
return both {
    "SELECT id, phone FROM users WHERE id = :row",
    users.write "INSERT INTO users (name) VALUES ('w' || :n)",
    users.write "UPDATE users SET phone = DEFAULT, name = NULL WHERE id = :row",
    users.delete "id = :row",
    users.check,
    "SELECT id, nick FROM people WHERE id = :row % 100",
    "INSERT INTO people (nick) VALUES ('w' || :n)",
    "DELETE FROM people WHERE id = :row",
}
