-- New code comes before all rows are filled, and can say nothing of these by a NULL.
local old = rows { table = "contacts", key = "id::text", value = "name" }
local new = rows { table = "contacts", key = "id::text", value = "nullif(concat_ws(' ', first_name, last_name), '')" }
return {
    old = {
        "SELECT id, name FROM contacts WHERE id = :row",
        old.write "INSERT INTO contacts (name) VALUES ('A' || :n || ' B' || :n)",
        old.write "UPDATE contacts SET name = 'A' || :n || ' B' || :n WHERE id = :row",
        old.write "UPDATE contacts SET name = 'Alone' || :n WHERE id = :row + 1",
        new.write_both [[UPDATE contacts SET name = 'A' || :n || ' D', first_name = 'A' || :n, last_name = 'D'
                         WHERE id = :row + 2]],
        old.delete "id = :row",
        old.check,
    },
    new = {
        "SELECT id, first_name, last_name FROM contacts WHERE id = :row",
        new.write "INSERT INTO contacts (first_name, last_name) VALUES ('A' || :n, 'C' || :n)",
        new.write "UPDATE contacts SET first_name = 'A' || :n, last_name = 'C' || :n WHERE id = :row",
        new.write "UPDATE contacts SET last_name = NULL WHERE id = :row + 1 AND first_name IS NOT NULL",
        new.delete "id = :row",
        new.check_of "first_name IS NOT NULL",
    },
}
