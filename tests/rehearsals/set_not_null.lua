-- Who still writes NULL has to be gone before.
local users = rows { table = "users", key = "id::text", value = "name" }
return both {
    "SELECT id, name FROM users WHERE id = :row",
    users.write "INSERT INTO users (email, name) VALUES ('w' || :n, 'w' || :n)",
    users.write "UPDATE users SET name = 'w' || :n WHERE id = :row",
    users.write "UPDATE users SET name = coalesce(name, 'w') || '.' WHERE id = :row + 1",
    users.delete "id = :row",
    users.check,
}
