-- Without the key it is the application that keeps orders and users together: it locks the user first.
local orders = rows { table = "orders", key = "id::text", value = "user_id::text" }
return both {
    "SELECT id, region FROM users WHERE id = :row",
    "INSERT INTO users (email, region) VALUES ('w' || :n, :n % 9 + 1)",
    "UPDATE users SET region = :n % 9 + 1 WHERE id = :row",
    "UPDATE users SET region = NULL WHERE id = :row + 1",
    {
        "SELECT id FROM users WHERE id = :row FOR UPDATE",
        orders.write "INSERT INTO orders (user_id, total) SELECT id, 1 FROM users WHERE id = :row",
    },
    orders.write "UPDATE orders SET user_id = NULL WHERE id = :row",
    {
        "SELECT id FROM users WHERE id = :row FOR UPDATE",
        orders.delete "user_id = :row",
        "DELETE FROM users WHERE id = :row",
    },
    orders.check,
}
