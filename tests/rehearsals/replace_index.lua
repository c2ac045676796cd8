local members = rows { table = "members", key = "id::text", value = "email" }
local application = {
    "SELECT id FROM members WHERE joined > now() - interval '1 s' ORDER BY joined DESC, id LIMIT 3",
    members.write "INSERT INTO members (email, fax) VALUES ('w' || :n, 'f')",
    members.write "UPDATE members SET email = 'w' || :n, joined = now() WHERE id = :row",
    members.delete "id = :row AND NOT EXISTS (SELECT FROM invoices WHERE member = :row)",
    members.check,
}
return {
    old = all(application, { "SELECT id, email FROM members WHERE email = 'm' || :row || '@example.org'" }),
    new = all(application, {
        "SELECT id, email FROM members WHERE lower(email) = 'm' || :row || '@example.org' AND email <> ''",
    }),
}
