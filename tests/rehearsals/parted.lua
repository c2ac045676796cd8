-- New code comes before all rows are filled, and can say nothing of these by a NULL.
local old = rows { table = "letters", key = "id::text", value = "sender" }
local new = rows { table = "letters", key = "id::text", value = "nullif(concat_ws(' ', first, last), '')" }
return {
    old = {
        "SELECT id, at, sender FROM letters WHERE id = :row",
        old.write "INSERT INTO letters VALUES (:n, date '2025-06-01' + :n % 300, 'A' || :n || ' B')",
        old.write("UPDATE letters SET sender = 'A' || :n || ' B' WHERE " .. even_ones),
        old.write("UPDATE letters SET at = date '2025-06-01' + :n % 300, sender = NULL WHERE " .. odd_ones),
        old.delete(even_ones),
        old.check,
    },
    new = {
        "SELECT id, at, first, last FROM letters WHERE id = :row",
        new.write "INSERT INTO letters (id, at, first, last) VALUES (:n, date '2025-06-01' + :n % 300, 'A' || :n, 'C')",
        new.write("UPDATE letters SET first = 'A' || :n, last = 'C' WHERE " .. even_ones),
        new.write("UPDATE letters SET at = date '2025-06-01' + :n % 300 WHERE first IS NOT NULL AND " .. odd_ones),
        new.delete(even_ones),
        new.check_of "first IS NOT NULL",
    },
}
