-- One may be curious; see office.sql for the tables.
return plan "recipe_enum_add_value" {
    api = 1,
    recipe.enum_add_value { type = "mood", value = "curious", after = "sad" },
}
