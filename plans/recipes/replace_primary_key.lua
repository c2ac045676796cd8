-- orders are found by their user; see shop.sql for the tables.
return plan "recipe_replace_primary_key" {
    api = 1,
    recipe.replace_primary_key { table = "orders", columns = { "user_id", "id" } },
}
