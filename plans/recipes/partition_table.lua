-- Visits become one partition for each month; see shop.sql for the tables.
return plan "recipe_partition_table" {
    api = 1,
    recipe.partition_table {
        table = "visits",
        range = "at",
        every = "month",
        from = "2025-12-01",
        to = "2026-04-01",
    },
}
