-- clicks gets a key; see shop.sql for the tables.
return plan "recipe_add_primary_key" {
    api = 1,
    recipe.add_primary_key { table = "clicks", identity = "id" },
}
