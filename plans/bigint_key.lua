-- Numbers of customers run out: an integer key becomes bigint, with all that refers to it, while everybody
-- goes on writing.
--
-- The tables, as in tests/rehearsals/bigint_key.sql:
--   customers   (id integer identity, the key; referrer -> customers)
--   orders      (customer -> customers ON DELETE CASCADE; replica identity (customer, number))
--   addresses   (customer -> customers, n; both are the key)
--   deliveries  ((customer, address) -> addresses ON UPDATE CASCADE)
--   notes       (customer -> customers ON DELETE SET NULL, deferred)

return plan "bigint_key" {
    api = 1,
    why = "at 2,147,483,647 the next INSERT fails",

    recipe.change_type {
        table = "customers",
        column = "id",
        type = "bigint",
        references = true,
    },
}
