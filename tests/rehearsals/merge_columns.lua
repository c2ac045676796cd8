-- New code comes before all rows are filled, and can say nothing of these by a NULL.
local old = rows { table = "contacts", key = "id::text", value = "nullif(concat_ws(' ', zip, city), '')" }
local new = rows { table = "contacts", key = "id::text", value = "nullif(place, '')" }
return {
    old = {
        "SELECT id, zip, city FROM contacts WHERE id = :row",
        old.write "INSERT INTO contacts (name, zip, city) VALUES ('New One', :n, 'c' || :n)",
        old.write "INSERT INTO contacts (name, city) VALUES ('New Two', 'c' || :n)",
        old.write "UPDATE contacts SET zip = :n, city = 'c' || :n WHERE id = :row",
        old.write "UPDATE contacts SET zip = NULL WHERE id = :row + 1",
        new.write_both "UPDATE contacts SET zip = :n, city = 'c' || :n, place = :n || ' c' || :n WHERE id = :row + 2",
        old.delete "id = :row",
        old.check,
    },
    new = {
        "SELECT id, place FROM contacts WHERE id = :row",
        new.write "INSERT INTO contacts (name, place) VALUES ('New One', :n || ' v' || :n)",
        new.write "UPDATE contacts SET place = :n || ' v' || :n WHERE id = :row",
        new.write "UPDATE contacts SET place = NULL WHERE id = :row + 1 AND place IS NOT NULL",
        new.delete "id = :row",
        new.check_of "place IS NOT NULL",
    },
}
