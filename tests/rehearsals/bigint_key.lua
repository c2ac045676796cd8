-- long: some seventy steps, behind each of which each client asks all of this.
-- The same statements before and behind the swap. Who is deleted takes orders along; of the first 800 customers nobody
-- is.
local customers = rows { table = "customers", key = "'c' || id", value = "name || coalesce(' by ' || referrer, '')" }
local orders = rows { table = "orders", key = "'o' || number", value = "customer || ' ' || total" }
return both {
    [[SELECT c.id::text, name, line FROM customers AS c LEFT JOIN addresses ON customer = c.id
       WHERE c.id = 1000 + 2 * :row]],
    {
        customers.write "INSERT INTO customers (referrer, name) VALUES (1000, 'w' || :n)",
        orders.write "INSERT INTO orders (customer, total) VALUES (1000 + 2 * (:row % 800), :n)",
        "INSERT INTO notes (customer, note) VALUES (1000 + 2 * (:row % 800), 'w')",
    },
    {
        orders.write "UPDATE orders SET customer = 1000 + 2 * (:row % 800), total = :n WHERE number = :row",
        "UPDATE addresses SET n = 3 - n, line = 'w' || :n WHERE customer = 1000 + 2 * (:row % 500)",
    },
    customers.write [[
UPDATE customers SET name = 'w' || :n, referrer = CASE WHEN referrer IS NULL THEN 1000 END
 WHERE id = 1002 + 2 * (:row % 700)]],
    customers.delete "id = 1000 + 2 * (800 + :row % 100)",
    {
        customers.check_of "a.key LIKE 'c%'",
        orders.check_of "a.key LIKE 'o%'",
        [[SELECT 1 / (count(*) = 0)::int
            FROM deliveries AS d LEFT JOIN addresses AS a ON a.customer = d.customer AND n = address
           WHERE a.customer IS NULL]],
    },
}
