-- events_2027 becomes a partition of events; see shop.sql for the tables.
return plan "recipe_attach_partition" {
    api = 1,
    recipe.attach_partition {
        table = "events",
        partition = "events_2027",
        from = "2027-01-01",
        to = "2028-01-01",
    },
}
