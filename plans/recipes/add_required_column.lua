-- Three ways to a new column that is NOT NULL; see shop.sql for the tables.
return plan "recipe_add_required_column" {
    api = 1,
    -- A constant: in an instant.
    recipe.add_required_column { table = "users", column = "active", type = "boolean", default = "true" },
    -- Rows that are there get another value than rows that come.
    recipe.add_required_column {
        table = "users",
        column = "seen_at",
        type = "timestamptz",
        default = "now()",
        fill = "created_at",
    },
    -- Without a default: all code has to give a value first.
    recipe.add_required_column { table = "orders", column = "currency", type = "text", fill = "'EUR'" },
}
