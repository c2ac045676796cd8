local users = rows { table = "users", key = "id::text", value = "email" }
return both {
    "SELECT id, email, name, phone, region, created_at FROM users WHERE id = :row",
    users.write "INSERT INTO users (email, name) VALUES ('w' || :n, 'new')",
    users.write "UPDATE users SET email = 'w' || :n, name = NULL WHERE id = :row",
    {
        users.write "UPDATE users SET email = 'v' || :n WHERE id = :row",
        users.write "UPDATE users SET email = email || '.' WHERE id = :row",
        "UPDATE visits SET user_id = :row WHERE id = :row AND EXISTS (SELECT FROM users WHERE id = :row)",
    },
    users.delete "id = :row",
    users.check,
}
