local function application(users, phone)
    local rows_of = rows { table = users, key = "id::text", value = phone }
    local function named(text)
        return (text:gsub("<users>", users):gsub("<phone>", phone))
    end
    return {
        named "SELECT id, <phone> FROM <users> WHERE id = :row",
        rows_of.write(named "INSERT INTO <users> (email, <phone>) VALUES ('w' || :n, 'w' || :n)"),
        rows_of.write(named "UPDATE <users> SET <phone> = 'w' || :n WHERE id = :row"),
        rows_of.delete "id = :row",
        rows_of.check,
    }
end
return { old = application("users", "phone"), new = application("app_v2.users", "phone_number") }
