-- Notes can be brought back; see office.sql for the tables.
return plan "recipe_soft_delete" {
    api = 1,
    recipe.soft_delete {
        table = "notes",
        view = "living_notes",
        indexes = { "notes_slug_key", "notes_body" },
        deletes = true,
    },
}
