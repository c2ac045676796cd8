-- people.nick gets a limit; see shop.sql for the tables.
return plan "recipe_change_type" {
    api = 1,
    recipe.change_type { table = "people", column = "nick", type = "varchar(60)" },
}
