-- Badges may be anything, and members sit anywhere; see office.sql for the tables.
return plan "recipe_drop_constraint" {
    api = 1,
    recipe.drop_constraint { table = "members", name = "members_badge_positive" },
    recipe.drop_constraint { table = "members", name = "members_badge_key" },
    recipe.drop_constraint { table = "members", name = "members_desk_key" },
    recipe.drop_constraint { table = "members", name = "members_room_fkey" },
}
