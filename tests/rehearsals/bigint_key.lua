-- The same statements before and behind the swap; their answers are text, whatever the columns are. 1000 and 1002 stay.
local customers = rows { table = "customers", key = "'customer ' || id", value = "referrer::text" }
local orders = rows { table = "orders", key = "'order ' || number", value = "customer::text" }
local new = "(SELECT id FROM customers WHERE name = 'w' || :n)"
return both {
    "SELECT id::text, referrer::text, name FROM customers WHERE id = 1000 + 2 * :row",
    "SELECT count(*) FROM customers JOIN orders ON customer = customers.id WHERE customers.id = 1000 + 2 * :row",
    customers.write "INSERT INTO customers (referrer, name) VALUES (1000, 'u' || :n)",
    customers.write "UPDATE customers SET referrer = 1000 WHERE id = 1004 + 2 * :row",
    customers.write "UPDATE customers SET referrer = NULL WHERE id = 1006 + 2 * :row",
    orders.write [[INSERT INTO orders (customer, total)
                   SELECT id, :n FROM customers WHERE id = 1000 + 2 * :row FOR KEY SHARE]],
    orders.write "UPDATE orders SET customer = 1002, total = total + 1 WHERE number = :row",
    orders.delete "number = :row",
    {
        "INSERT INTO customers (referrer, name) VALUES (1002, 'w' || :n)",
        "INSERT INTO orders (customer, total) VALUES (" .. new .. ", 1)",
        "INSERT INTO addresses VALUES (" .. new .. ", 1, 'here')",
        "INSERT INTO deliveries (id, customer, address) VALUES (:n, " .. new .. ", 1)",
        "INSERT INTO notes (customer, note) VALUES (" .. new .. ", 'w' || :n)",
    },
    {
        "UPDATE addresses SET n = 2 WHERE customer = 1000 + 2 * :row",
        "DELETE FROM deliveries WHERE customer = 1000 + 2 * :row",
        "DELETE FROM addresses WHERE customer = 1000 + 2 * :row",
    },
    customers.check_of "a.key LIKE 'customer%'",
    orders.check_of "a.key LIKE 'order%'",
}
