-- An index that nobody uses; see shop.sql for the tables.
return plan "recipe_drop_index" {
    api = 1,
    recipe.drop_index { table = "users", name = "users_created", quiet = "1ms" },
}
