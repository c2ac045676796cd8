-- New code comes before all rows are filled, and can say nothing of these by a NULL.
local old = rows { table = "letters", key = "id::text", value = "sender" }
local new = rows { table = "letters", key = "id::text", value = "nullif(concat_ws(' ', first, last), '')" }
return {
    old = {
        "SELECT id, at, sender FROM letters WHERE id = :row",
        old.write "INSERT INTO letters VALUES (:n, date '2025-06-01' + :n % 300, 'A' || :n || ' B')",
        old.write "UPDATE letters SET sender = 'A' || :n || ' B' WHERE id = :row",
        old.write "UPDATE letters SET at = date '2025-06-01' + :n % 300, sender = NULL WHERE id = :row / 2 * 2",
        old.delete "id = :row",
        old.check,
    },
    new = {
        "SELECT id, at, first, last FROM letters WHERE id = :row",
        new.write "INSERT INTO letters (id, at, first, last) VALUES (:n, date '2025-06-01' + :n % 300, 'A' || :n, 'C')",
        new.write "UPDATE letters SET first = 'A' || :n, last = 'C' WHERE id = :row",
        new.write [[UPDATE letters SET at = date '2025-06-01' + :n % 300
                     WHERE id = :row / 2 * 2 + 1 AND first IS NOT NULL]],
        new.delete "id = :row",
        new.check_of "first IS NOT NULL",
    },
}
