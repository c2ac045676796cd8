-- A NULL that stays would be in the way of taking it back.
local users = rows { table = "users", key = "id::text", value = "phone" }
local application = {
    "SELECT id, phone FROM users WHERE id = :row",
    users.write "INSERT INTO users (email, phone) VALUES ('w' || :n, 'w' || :n)",
    users.write "UPDATE users SET phone = 'w' || :n WHERE id = :row",
    users.delete "id = :row",
    users.check,
}
return {
    old = application,
    new = all(application, {
        {
            users.write "UPDATE users SET phone = NULL WHERE id = :row",
            users.write "UPDATE users SET phone = 'w' || :n WHERE id = :row",
        },
    }),
}
