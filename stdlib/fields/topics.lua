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
of the plan, and the batches before it are done.

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
    {
        name = "what is certain",
        doc = [[
What a `backfill` does to each row, and on which conditions.

**A batch is done once or not at all.** Its changes and the place that it leaves the backfill at are one transaction,
which works only while the place is where this run left it. A kill, a lost reply, a crash of the server (with
`synchronous_commit = "off"` too), a failover to a replica that missed the last commits, a second runner, one that was
stopped and wakes up: none of them does a range of keys twice, or leaves one out. What is reported done was
on disk before. Of a table with a key this holds for any change, `n = n + 1` too. A row that
keeps its key is changed once, and no write of the application to it is lost.

**A row whose key changes meanwhile**, or that moves to another partition, may be in a range that is to come and then
in one that is done: nobody meets it. Or the other way: it is met twice. (Of keys that are
`GENERATED ALWAYS AS IDENTITY` only `SET id = DEFAULT` or a trigger does that.) Where it matters `zdm plan` says so, under `keys`:

| change | met twice | not met, where there is a final sweep |
|---|---|---|
| `set` of values that are made of other columns; `delete` | as once | the final sweep does it |
| `n = n + 1`; a `map` that reads a column which it writes | is changed twice | nobody does it |
| any `set` or `map` with `where_becomes_false` | `where` is false: is left alone | the final sweep does it |
| `copy` | is copied under both keys | the final sweep does it |

**Rows that come meanwhile.** The walk ends at the last key that there is at its start. Rows that are inserted in front of it are
done; those behind it, and beyond the end, are done by a `sync` or by the final sweep (`verify`), and by nobody
where there is neither: `zdm plan` says which, under `behind`. The sweep sees what is committed. A row of a
transaction that commits later is one that comes later: a `sync` does it, or an application that
knows of the change.

**The final sweep** reads a table, or a partition, of up to 1 GB in one statement, as of one moment. One that is larger, or takes more
than 10 s, it reads in parts, and so it does with one in which it found rows, until it finds none. A row whose key changes meanwhile,
or that moves to another partition, may go from what is still to be read to what was read. So what takes
more than one statement is read once more when nothing was found, the last part first. A row that needs it is missed by both only when it moves
in each of the two, each time past the place that is being read. Proof for one moment is the gate `consistent`, which
reads all of a table in one snapshot.

**While it walks**, a hundredth of its time goes into looking at ranges again that are done: that a trigger takes the change back
is told in the first second. That takes what the final sweep takes: not for a `map` without `where_becomes_false`.

**A table without a key** is walked by pages, in passes, until a search finds no row for which `where` is true. Each batch checks
that its change makes `where` false, so a row that is met again is left alone. A trigger that takes the change back is
noticed at the ends of three passes, and ends the step.

**Room.** Stripes save WAL and growth only while dead rows can be removed: a long transaction, an ANALYZE, a
replication slot or a replica with `hot_standby_feedback` keeps them. Below 30 % HOT updates ranges are done whole, and stripes are tried
again after 5 s at first, after a minute at most. A line says when that begins and who is in the way, and
the end of the step how long it lasted.]],
        example = [[
-- Exactly once, whatever the application does to the keys, and for rows that are inserted meanwhile too.
backfill "cents" {
    table = "orders",
    set = { amount = "amount * 100", in_cents = "true" },
    where = "NOT in_cents",
    where_becomes_false = true,
}]],
    },
}
