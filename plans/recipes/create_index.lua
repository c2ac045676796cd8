-- An index of a table, and one of a partitioned one; see shop.sql for the tables.
return plan "recipe_create_index" {
    api = 1,
    recipe.create_index {
        table = "users",
        name = "users_region_name",
        keys = "region, lower(name) DESC",
        include = "email",
        where = "name IS NOT NULL",
    },
    recipe.create_index { table = "events", name = "events_what", keys = "what" },
}
