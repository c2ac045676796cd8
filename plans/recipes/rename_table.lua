-- people become customers, and old code goes on writing to people; see shop.sql for the tables.
return plan "recipe_rename_table" {
    api = 1,
    recipe.rename_table { table = "people", to = "customers" },
}
