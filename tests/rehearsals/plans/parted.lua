-- Of the partitioned table of parted.sql: its rows move between partitions while they are filled.
return plan "parted" {
    api = 1,
    recipe.split_column {
        table = "letters",
        column = "sender",
        into = {
            first = "split_part(sender, ' ', 1)",
            last = "nullif(substr(sender, strpos(sender || ' ', ' ') + 1), '')",
        },
        join = "nullif(concat_ws(' ', first, last), '')",
        retain = "1ms",
    },
}
