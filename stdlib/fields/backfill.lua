--- The backfill: a part of fields.lua, which see.

local shared = require "fields/shared"

return {
    {
        name = "backfill",
        id = "step",
        stands = "block",
        doc = "Changes, deletes or copies the rows of a table in small batches, each exactly once. It says one of "
            .. "`set`, `delete`, `copy` and `map`.",
        notes = [[
**The final sweep** (`verify`) does rows that still need it in up to three rounds; when there are more after that, the step
fails and names some of them. A row needs it when it matches `where` and a column differs from the value in `set`; for
`delete`, when it matches `where`; for `copy`, when its key is not in `into`. There is no sweep, and `zdm plan` and
`zdm run` say why, where that cannot be told: a value is made of a column that is set too (`n = n + 1`), a value or
`where` has a sub-select, a clock or something random, or calls a function of yours that is not IMMUTABLE. A walk by pages
looks for such rows in any case.

**A partitioned table** is walked partition by partition, at any depth, with `set`, `map` and `delete` naming the partition,
so that its own rights, row-level security and statement triggers count. When the role may not write to all of them, when
a statement trigger or a rule of the partitioned table would be passed over, or an expression means more than its
columns, the table is walked as a whole, along a key of the whole; without one it is refused. Partitions that come while
it runs are done before it ends, what is dropped or detached is left as it is. A row that the application moves from a
partition that is still to come to one that is done is left to a `sync` or to the final sweep. Columns of a partition key
cannot be set; foreign tables among the partitions are refused.

**A `copy`** locks the rows (FOR SHARE) while they are copied. Triggers and foreign keys of `into` work as for any INSERT,
identity columns keep the values of the old rows, and sequences stay where they are. With `on_conflict` = `nothing` rows
may meet in any unique key or EXCLUDE of `into`, also rows of different primary keys (a final sweep tells of such a row,
where there is one); with `update` they meet in the primary key, and a row that meets another elsewhere fails.

**Rows in quarantine.** A row that meanwhile got another key is not found by a retry and leaves quarantine as a deleted one
does; so does one that moved to another partition, with a warning. In a table without a key a row is known by its place
(`ctid`, `xmin` and the file of the table) as long as nobody updates it. When somebody has, or the table was rewritten, a
retry looks the whole table through for rows that `where` is still true for: those are done, or left behind under their
new place.]],
        one_of = { "set", "delete", "copy", "map" },
        fields = {
            shared.table,
            {
                name = "set",
                kind = "assignments",
                doc = "What to change: column = SQL expression in the columns of the row.",
            },
            {
                name = "delete",
                kind = "yes",
                doc = "Deletes the rows; takes `where`. Foreign keys that cascade make a batch longer than its rows.",
            },
            {
                name = "copy",
                kind = "copy",
                doc = "Inserts the rows into another table. `into`: the table. `columns`: its columns and their "
                    .. "values, as in `set`; when not given, every column that both tables have and that is not "
                    .. "generated. `on_conflict`, always to be said: `error`; `nothing` keeps the row that is there "
                    .. "and leaves the new one out; `update` overwrites it.",
            },
            {
                name = "map",
                kind = "mapping",
                needs = { "read", "write" },
                doc = "function(row): what SQL cannot say. `row` has the columns of `read`; the function returns a table of new "
                    .. "values for columns of `write`: a string, a number, a boolean, or `null` for SQL NULL. A column that is "
                    .. "not in it keeps its value; nil leaves the row as it is. See below.",
            },
            {
                name = "read",
                kind = "columns",
                only_with = "map",
                doc = "The columns that `map` gets.",
            },
            {
                name = "write",
                kind = "columns",
                only_with = "map",
                doc = "The columns that `map` may change.",
            },
            {
                name = "where",
                kind = "expression",
                doc = "Which rows still need it; all when not given.",
            },
            {
                name = "where_becomes_false",
                kind = "boolean",
                default = false,
                needs = { "where" },
                doc = "The change makes `where` false in each row that it is made in; with `set` and `map`. Every batch checks "
                    .. "that in its rows, and fails as a whole otherwise (`zdm plan --sample` tries it before). So a row that is done never looks like one that is "
                    .. "not, whatever is set: the final sweep asks `where` alone, for `map` and for `n = n + 1` too, and no row is "
                    .. "changed twice when its key is changed meanwhile. See \"What is certain\". In a table without a key it is "
                    .. "so in any case.",
            },
            {
                name = "key",
                kind = "columns",
                doc = "The column or columns to walk along, those of a unique index of NOT NULL columns. When not given: the "
                    .. "primary key, or else the narrowest such index. A table without any is walked page by page, again and "
                    .. "again until no row is left for `where`, which `set` or `map` must then make false, for every such row; "
                    .. "it cannot be copied. "
                    .. "Each partition of a partitioned table has a key of its own, or none.",
            },
            {
                name = "undo",
                kind = "undo",
                doc = "SQL that takes it back, in one transaction, for `zdm rollback`; `\"nothing\"` when what it changed may "
                    .. "stay. Not needed when the undo of an earlier step drops the columns or the table that it fills.",
            },
            {
                name = "target",
                kind = "duration",
                min = 5,
                max = 5000,
                default = "25ms",
                doc = "How long a batch should take. Nobody waits longer for a row than a batch takes. One that takes 20 times "
                    .. "as long, and a second at least, is cancelled and done again in smaller ones.",
            },
            {
                name = "batch_min",
                kind = "integer",
                min = 1,
                max = 1000000,
                default = 50,
                doc = "The fewest rows of a batch.",
            },
            {
                name = "batch_max",
                kind = "integer",
                min = 1,
                max = 1000000,
                default = 50000,
                doc = "The most rows of a batch. Along a random key, such as a `uuid`, it is a measure: where looking up "
                    .. "the ends of batches would take too much of the time they are computed.",
            },
            {
                name = "lock_timeout",
                kind = "duration",
                min = 1,
                max = 60000,
                default = "50ms",
                doc = "How long a batch waits for a row that somebody else has locked.",
            },
            {
                name = "workers",
                kind = "integer",
                min = 1,
                max = 16,
                default = 1,
                doc = "How many batches to run at the same time, each in a session of its own. Two are about half "
                    .. "as fast again as one; more than a quarter of the server's processors is felt by everybody. "
                    .. "When a signal of `throttle` comes near its limit workers leave, all but one, before anything else "
                    .. "slows down; each comes back after ten seconds of calm.",
            },
            {
                name = "stripes",
                kind = "integer",
                min = 1,
                max = 64,
                default = 8,
                doc = "In how many interleaved batches to do a range of rows, where that keeps rows on their pages "
                    .. "(no index holds a column that is set): less WAL, hardly any growth. Left out where rows "
                    .. "lie in random order of the key, since that does the same. 1: never.",
            },
            {
                name = "synchronous_commit",
                kind = "choice",
                values = { "on", "off", "local", "remote_write", "remote_apply" },
                doc = "The setting of that name for the batches: `on`, `off`, `local`, `remote_write` or `remote_apply`; the "
                    .. "role's or the database's own when not given. With `off` a "
                    .. "batch does not wait for the disk, with `remote_apply` it waits until a synchronous standby shows it. "
                    .. "That a backfill is done is always written to disk first, and everything before it.",
            },
            {
                name = "pause",
                kind = "duration",
                min = 0,
                max = 3600000,
                default = "0ms",
                doc = "A rest after each batch.",
            },
            {
                name = "max_lag",
                kind = "duration",
                min = 0,
                max = 86400000,
                default = "5s",
                doc = "Wait while a replica is further behind in replaying; `0s`: do not look. "
                    .. "Seeing replicas takes the role pg_monitor.",
            },
            {
                name = "wal_rate",
                kind = "bytes",
                min = 262144,
                doc = "The most WAL to write in a second.",
            },
            {
                name = "throttle",
                kind = "throttle",
                doc = "What else slows it down and holds it: see below. A function stands for `{ check = function }`.",
            },
            {
                name = "max_throttled",
                kind = "duration",
                min = 0,
                default = "1h",
                doc = "Held longer than this at a stretch, it warns; it goes on holding. `0s`: never.",
            },
            {
                name = "max_quarantine",
                kind = "integer",
                min = 0,
                max = 100000,
                default = 0,
                doc = "How many rows to leave behind that the server refuses because of their data (SQLSTATE 22*, "
                    .. "23*, P0001), or on which the function of a `map` fails (ZDM01). Each is found, and goes into "
                    .. "quarantine with its key and the error: `zdm quarantine` lists and retries them, and no "
                    .. "contract step begins before none is left. One more than that stops the backfill; 0: the first "
                    .. "one does.",
            },
            {
                name = "quarantine_values",
                kind = "boolean",
                default = false,
                doc = "Keep what is in these rows beside their keys, too, and the error word for word. Otherwise what stands in "
                    .. "quotation marks in it is left out, since it may be a value; what a trigger says without any is kept.",
            },
            {
                name = "vacuum",
                kind = "boolean",
                default = true,
                doc = "VACUUM the table between batches when a fifth of it, and 100,000 rows, died since the last time, unless "
                    .. "hardly any row is left to take their room; and ANALYZE it at the end. Neither waits for a lock.",
            },
            {
                name = "verify",
                kind = "boolean",
                default = true,
                doc = "At the end, read the table once more, for rows that still need it: those that somebody wrote "
                    .. "behind the cursor or beyond its bound. See below.",
            },
            shared.allow,
            shared.because,
            shared.why,
        },
        example = [[
backfill "copy email" {
    table = "users",
    set = { email_address = "email" },
    where = "email_address IS DISTINCT FROM email",
}]],
    },
}
