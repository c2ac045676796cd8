-- A plan whose rows go through a function.
return plan "map_name" {
    api = 1,
    backfill "join names" {
        table = '"App".people',
        read = { "first_name", '"Last Name"' },
        write = { "full_name" },
        map = function(row)
            local last = row["Last Name"]
            return { full_name = last and (row.first_name or "") .. " " .. last or null }
        end,
        where = "full_name IS NULL",
    },
}
