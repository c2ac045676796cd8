-- users.phone may be NULL; see shop.sql for the tables.
return plan "recipe_drop_not_null" {
    api = 1,
    recipe.drop_not_null { table = "users", column = "phone" },
}
