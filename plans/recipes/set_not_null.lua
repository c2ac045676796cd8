-- users.name may not be NULL any more; see shop.sql for the tables.
return plan "recipe_set_not_null" {
    api = 1,
    recipe.set_not_null { table = "users", column = "name", fill = "'?'" },
}
