-- Rooms are booked once at a time; see office.sql for the tables.
return plan "recipe_add_exclusion" {
    api = 1,
    recipe.add_exclusion {
        table = "bookings",
        name = "bookings_no_overlap",
        elements = "rooms WITH &&, during WITH &&",
    },
}
