return plan "guarded" {
    api = 1,
    recipe.copy_table { table = "accounts", order = { "id", "amount", "tenant", "shown" } },
    recipe.change_type { table = "payments", column = "cents", type = "bigint" },
}
