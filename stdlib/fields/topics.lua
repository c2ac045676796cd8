--- Longer things to say, each a section of the reference: a part of fields.lua, which see.

return {
    {
        name = "map",
        doc = [[
`map = function(row) ... end`, in a `backfill`, with `read` and `write`.

Rows are locked and read, go through the function, and are written back, all in one transaction with the
backfill's place: each row exactly once, as with `set`, and no write of the application is lost. It takes two
round trips a batch where `set` takes one, and about twice the time.

Keys of `row`, and of the table that is returned, are names as the catalog has them: `full_name`, or
`row["Full Name"]` for `read = { '"Full Name"' }`. smallint, integer and bigint are integers, real and double
precision are numbers, boolean is a boolean, and domains are what they are made of. Every other type is a string as
the server writes it (jsonb, arrays, numeric, timestamps: DateStyle ISO, with the role's TimeZone, IntervalStyle
and bytea_output). NULL is nil: `row.first or ""`.

What is returned is read by the server as the column's type; a text that does not fit is an error of its row. So
are an error in the function, and a value or column that it may not return: the row is named, with the line
of the plan, and every row before it is done.

The function should depend on its row alone. It has the words of a plan and `pcall`, no database, no files and no
clock, two million instructions for each row, and 64 MB of memory. Each worker has the plan's variables for
itself, and a batch may be tried more than once: what the function counts or collects there means nothing. Its text
is part of the step's definition; that of another function which it calls is not.]],
        example = [[
backfill "full names" {
    table = "people",
    read = { "first", "last" },
    write = { "full_name" },
    map = function(row)
        local words = {}
        for word in ((row.first or "") .. " " .. (row.last or "")):gmatch "%S+" do
            words[#words + 1] = word:sub(1, 1):upper() .. word:sub(2)
        end
        return { full_name = #words > 0 and table.concat(words, " ") or null }
    end,
}]],
    },
}
