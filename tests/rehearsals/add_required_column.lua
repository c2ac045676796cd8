-- Old code inserts no order: it would have to be gone at the gate, for it does not know the currency.
local users = rows { table = "users", key = "id::text", value = "name" }
return {
    old = {
        "SELECT id, name FROM users WHERE id = :row",
        users.write "INSERT INTO users (email, name) VALUES ('w' || :n, 'w' || :n)",
        users.write "UPDATE users SET name = 'w' || :n WHERE id = :row",
        users.write "UPDATE users SET name = NULL WHERE id = :row + 1",
        users.delete "id = :row",
        users.check,
        "SELECT total FROM orders WHERE id = :row",
        "UPDATE orders SET total = :n WHERE id = :row",
        "DELETE FROM orders WHERE id = :row",
    },
    new = {
        "SELECT active, seen_at FROM users WHERE id = :row",
        users.write "INSERT INTO users (email, name, active, seen_at) VALUES ('w' || :n, 'w' || :n, false, now())",
        users.write "UPDATE users SET name = 'w' || :n, active = NOT active, seen_at = now() WHERE id = :row",
        users.check,
        "SELECT currency FROM orders WHERE id = :row",
        "INSERT INTO orders (user_id, total, currency) VALUES (:row, 1, 'USD')",
    },
}
