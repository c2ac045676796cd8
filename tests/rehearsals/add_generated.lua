local function application(value)
    local orders = rows { table = "orders", key = "id::text", value = value }
    return {
        orders.write "INSERT INTO orders (user_id, total) VALUES (:row, :n / 100.0)",
        orders.write "UPDATE orders SET total = :n / 100.0 WHERE id = :row",
        orders.write "UPDATE orders SET user_id = NULL WHERE id = :row + 1",
        orders.delete "id = :row",
        orders.check,
    }
end
local orders = rows { table = "orders", key = "id::text", value = "total_cents::text" }
return {
    old = all({ "SELECT id, total FROM orders WHERE id = :row" }, application "(total * 100)::bigint::text"),
    new = all(application "total_cents::text", {
        "SELECT id, total_cents FROM orders WHERE id = :row",
        orders.write "UPDATE orders SET total = :n / 100.0, total_cents = NULL WHERE id = :row",
        "SELECT 1 / (count(*) = 0)::int FROM orders WHERE total_cents IS DISTINCT FROM (total * 100)::bigint",
    }),
}
