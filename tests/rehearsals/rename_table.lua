local function application(people)
    local rows_of = rows { table = people, key = "id::text", value = "nick" }
    return {
        ("SELECT id, nick FROM %s WHERE id = :row %% 100"):format(people),
        rows_of.write(("INSERT INTO %s (nick) VALUES ('w' || :n)"):format(people)),
        rows_of.write(("INSERT INTO %s DEFAULT VALUES"):format(people)),
        rows_of.write(("UPDATE %s SET nick = 'w' || :n WHERE id = :row %% 100"):format(people)),
        rows_of.delete "id = :row % 100",
        rows_of.check,
    }
end
return { old = application "people", new = application "customers" }
