-- What only the profile page shows leaves the staff; see office.sql for the tables.
return plan "recipe_split_table" {
    api = 1,
    recipe.split_table {
        table = "staff",
        columns = { "bio", "theme", "mail" },
        into = "profiles",
        retain = "1ms",
    },
}
