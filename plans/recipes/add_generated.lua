-- orders.total_cents is computed of orders.total; see shop.sql for the tables.
return plan "recipe_add_generated" {
    api = 1,
    recipe.add_generated {
        table = "orders",
        column = "total_cents",
        type = "bigint",
        expression = "(total * 100)::bigint",
        not_null = true,
    },
}
