local users = rows { table = "users", key = "id::text", value = "email" }
local application = {
    "SELECT id, email FROM users WHERE id = :row",
    users.write "INSERT INTO users (email) VALUES ('w' || :n)",
    users.write "UPDATE users SET email = 'w' || :n, created_at = now() WHERE id = :row",
    users.delete "id = :row",
    users.check,
}
return {
    old = all(application, { "SELECT count(*) FROM users WHERE created_at > now() - interval '1 s'" }),
    new = application,
}
