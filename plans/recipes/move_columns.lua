-- What is insured goes to where the papers of a car are; see office.sql for the tables.
return plan "recipe_move_columns" {
    api = 1,
    recipe.move_columns {
        table = "cars",
        columns = { "insurer", "premium", "policy" },
        to = "papers",
        rename = { policy = "number" },
        fill = { kind = "'insured'" },
        retain = "1ms",
    },
}
