-- Names have two parts; see office.sql for the tables.
return plan "recipe_split_column" {
    api = 1,
    recipe.split_column {
        table = "contacts",
        column = "name",
        into = {
            first_name = "split_part(name, ' ', 1)",
            last_name = "nullif(substr(name, strpos(name || ' ', ' ') + 1), '')",
        },
        join = "concat_ws(' ', first_name, last_name)",
        types = { last_name = "varchar(60)" },
        retain = "1ms",
    },
}
