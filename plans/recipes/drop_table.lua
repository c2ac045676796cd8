-- Invoices are written elsewhere; see office.sql for the tables.
return plan "recipe_drop_table" {
    api = 1,
    recipe.drop_table { table = "invoices", retain = "1ms" },
}
