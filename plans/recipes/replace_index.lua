-- The login does not mind the case, and lists begin with the newest; see office.sql for the tables.
return plan "recipe_replace_index" {
    api = 1,
    recipe.replace_index {
        table = "members",
        from = "members_email",
        keys = "lower(email)",
        include = "id",
        where = "email <> ''",
    },
    recipe.replace_index { table = "members", from = "members_joined", keys = "joined DESC, id" },
}
