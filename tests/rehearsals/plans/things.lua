return plan "things" {
    api = 1,
    recipe.copy_table {
        table = '"My Shop"."All Things"',
        order = { "boss_n", '"N"', "s", "len", "k", "body", "boss" },
    },
}
