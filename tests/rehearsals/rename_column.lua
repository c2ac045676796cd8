local function application(email)
    local users = rows { table = "users", key = "id::text", value = email }
    local function named(text)
        return (text:gsub("<email>", email))
    end
    return {
        named "SELECT id, <email> FROM users WHERE id = :row",
        named "SELECT count(*) FROM users WHERE lower(<email>) = 'w' || :row AND <email> <> 'nobody'",
        users.write(named "INSERT INTO users (<email>, name) VALUES ('w' || :n, 'new')"),
        users.write "INSERT INTO users (name) VALUES ('of defaults')",
        users.write(named "UPDATE users SET <email> = 'w' || :n WHERE id = :row"),
        users.write_both "UPDATE users SET email = 'w' || :n, email_address = 'w' || :n WHERE id = :row",
        users.write_both "INSERT INTO users (email, email_address) VALUES ('w' || :n, 'w' || :n)",
        users.delete "id = :row",
        users.check,
    }
end

return { old = application "email", new = application "email_address" }
