local letters = rows { table = "letters", key = "id::text", value = "sender" }
return both {
    "SELECT id, sender FROM letters WHERE at > date '2026-03-01' ORDER BY at, id LIMIT 5",
    letters.write "INSERT INTO letters VALUES (:n, date '2025-06-01' + :n % 300, 'w' || :n)",
    letters.write("UPDATE letters SET sender = 'w' || :n WHERE " .. even_ones),
    letters.write("UPDATE letters SET at = date '2025-06-01' + :n % 300, sender = NULL WHERE " .. odd_ones),
    letters.delete(even_ones),
    letters.check,
}
