-- Nobody sends a fax any more; see office.sql for the tables.
return plan "recipe_drop_column" {
    api = 1,
    recipe.drop_column { table = "members", column = "fax", retain = "1ms" },
}
