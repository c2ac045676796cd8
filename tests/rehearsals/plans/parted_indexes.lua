-- Of the partitioned table of parted.sql: an index gets other keys, another one goes, and a constraint comes.
return plan "parted_indexes" {
    api = 1,
    recipe.replace_index { table = "letters", from = "letters_at", keys = "at, id" },
    recipe.drop_index { table = "letters", name = "letters_day", quiet = "1ms" },
    recipe.add_unique { table = "letters", columns = { "id", "at" } },
}
