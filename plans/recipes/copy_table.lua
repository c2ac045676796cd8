-- Users are written anew, the widest columns first; see shop.sql for the tables.
return plan "recipe_copy_table" {
    api = 1,
    recipe.copy_table { table = "users", order = { "id", "region", "created_at", "email", "name", "phone" } },
}
