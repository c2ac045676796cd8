local members = rows { table = "members", key = "id::text", value = "email" }
local application = {
    members.write "UPDATE members SET email = 'w' || :n WHERE id = :row",
    members.delete "id = :row",
    members.check,
}
return {
    old = all(application, {
        "SELECT id, fax FROM members WHERE id = :row",
        members.write "INSERT INTO members (email, fax) VALUES ('w' || :n, 'f' || :n)",
        members.write "UPDATE members SET fax = 'f' || :n WHERE id = :row",
    }),
    new = all(application, {
        "SELECT id, email, badge FROM members WHERE id = :row",
        { -- one that stays would be in the way of taking back that a fax may be left out
            members.write "INSERT INTO members (email) VALUES ('w' || :n)",
            members.delete "email = 'w' || :n",
        },
    }),
}
