-- The night is spelt as it should be, stands last, and nobody is "none"; see shop.sql for the tables.
return plan "recipe_enum_replace" {
    api = 1,
    recipe.enum_replace {
        type = "shift",
        values = { "early", "late", "night" },
        map = { nite = "night" },
    },
}
