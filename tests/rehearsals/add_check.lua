local orders = rows { table = "orders", key = "id::text", value = "total::text" }
return both {
    "SELECT id, total FROM orders WHERE id = :row",
    orders.write "INSERT INTO orders (user_id, total) VALUES (:row, :n)",
    orders.write "UPDATE orders SET total = :n WHERE id = :row",
    orders.write "UPDATE orders SET total = NULL WHERE id = :row + 1",
    orders.delete "id = :row",
    orders.check,
}
