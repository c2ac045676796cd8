-- events_2025 leaves events when nobody needs it there any more; see shop.sql for the tables.
return plan "recipe_detach_partition" {
    api = 1,
    recipe.detach_partition { table = "events", partition = "events_2025" },
}
