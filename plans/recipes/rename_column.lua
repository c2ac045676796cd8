-- users.email gets another name; see shop.sql for the tables.
return plan "recipe_rename_column" {
    api = 1,
    recipe.rename_column { table = "users", from = "email", to = "email_address" },
}
