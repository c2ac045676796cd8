-- Users that come have no address; see shop.sql for the tables.
return plan "recipe_set_default" {
    api = 1,
    recipe.set_default { table = "users", column = "phone", default = "'unknown'" },
    recipe.set_default { table = "people", column = "nick" },
}
