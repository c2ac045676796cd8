local orders = rows { table = "orders", key = "id::text", value = "total::text" }
return both {
    "SELECT id, user_id, total FROM orders WHERE user_id = :row",
    orders.write "INSERT INTO orders (user_id, total) VALUES (:row, :n)",
    orders.write "UPDATE orders SET total = :n, user_id = :n WHERE id = :row",
    orders.write "UPDATE orders SET total = NULL WHERE id = :row + 1",
    orders.delete "id = :row",
    orders.check,
}
