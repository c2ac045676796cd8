-- New code knows no invoices: members can go although there are some of theirs.
local members = rows { table = "members", key = "'member ' || id", value = "email" }
local invoices = rows { table = "invoices", key = "'invoice ' || id", value = "total::text" }
return {
    old = {
        "SELECT id, member, total FROM invoices WHERE id = :row",
        invoices.write "INSERT INTO invoices (member, total) SELECT id, :n FROM members WHERE id = :row FOR UPDATE",
        invoices.write "UPDATE invoices SET total = :n WHERE id = :row",
        invoices.write "UPDATE invoices SET total = NULL WHERE id = :row + 1",
        invoices.delete "id = :row",
        members.write "INSERT INTO members (email, fax) VALUES ('w' || :n, 'f')",
    },
    new = {
        "SELECT id, email FROM members WHERE id = :row",
        members.write "INSERT INTO members (email, fax) VALUES ('w' || :n, 'f')",
        members.write "UPDATE members SET email = 'w' || :n WHERE id = :row",
        members.delete "id = :row",
    },
}
