-- Orders belong to users, users to regions; see shop.sql for the tables.
return plan "recipe_add_foreign_key" {
    api = 1,
    recipe.add_foreign_key { table = "orders", columns = "user_id", references = "users", on_delete = "cascade" },
    recipe.add_foreign_key { table = "users", columns = "region", references = "regions", index = false },
}
