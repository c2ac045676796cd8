-- No two people with one nick; see shop.sql for the tables.
return plan "recipe_add_unique" {
    api = 1,
    recipe.add_unique { table = "people", columns = "nick" },
}
