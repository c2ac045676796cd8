-- Indexes that nobody uses, of a table and of a partitioned one; see shop.sql for the tables.
return plan "recipe_drop_index" {
    api = 1,
    recipe.drop_index { table = "users", name = "users_created", quiet = "1ms" },
    recipe.drop_index { table = "events", name = "events_id", quiet = "1ms" },
}
