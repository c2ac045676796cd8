--- Everything that a plan author can write, in one table.
--
-- It drives the checks of validate.lua, the editor annotations (meta/zdm.lua) and the reference
-- (docs/reference/plan.md); docs/generate.lua writes the last two, and a test looks for drift.
--
-- An entry of `constructors`:
--   name, doc       the word in a plan, and what it is for
--   id              what the string right behind the word is: "plan", "step", "check"; none when nil
--   text            kind of a second string behind the id
--   fields          { name, kind, doc, required, default, min, max, needs, only_with }; kinds are those of kinds.lua;
--                   `needs` and `only_with` name other fields of it
--   one_of          names of fields of which exactly one is given
--   some_of         names of fields of which one or more are given
--   entries         what may stand in the body without a key: "blocks", "steps", "checks"
--   stands          where it may stand: "plan" (the file), "block", "step", "check"
--   example         a complete use
-- and an entry of `topics` is a section of the reference behind them: name, doc, example.

local checks = require "check_fields"

local fields = {}

local why = { name = "why", kind = "text", doc = "The reason, for people: shown in the dry run and the log." }

local allow = {
    name = "allow",
    kind = "strings",
    doc = "Ids of rules whose finding is accepted for this step. Needs `because`.",
}
local because = {
    name = "because",
    kind = "text",
    doc = "Why the findings named in `allow` are acceptable here.",
}

local table_field = {
    name = "table",
    kind = "qualified",
    required = true,
    doc = 'The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.',
}

local id_override = {
    name = "id",
    kind = "id",
    doc = "The step's id, when the derived one does not suit.",
}

fields.constructors = {
    {
        name = "plan",
        id = "plan",
        stands = "plan",
        entries = "blocks",
        doc = "A whole migration: the value that the file returns. Its blocks run in the order in which they stand.",
        fields = {
            {
                name = "api",
                kind = "integer",
                required = true,
                min = 1,
                max = 1,
                doc = "The version of this language: 1.",
            },
            why,
            { name = "ticket", kind = "text", doc = "Where the change was discussed." },
            {
                name = "lock_budget",
                kind = "duration",
                min = 1,
                max = 600000,
                default = "2s",
                doc = "The longest single wait for a strong lock; whoever comes after waits behind it.",
            },
            {
                name = "lock_patience",
                kind = "duration",
                min = 1,
                default = "10m",
                doc = "How long to go on trying for one lock, all tries together.",
            },
        },
        example = [[
return plan "add_phone" {
    api = 1,
    why = "support wants to call back",
    expand {
        sql "add column" "ALTER TABLE users ADD COLUMN phone text" {
            undo = "ALTER TABLE users DROP COLUMN phone",
        },
    },
}]],
    },
    {
        name = "expand",
        stands = "block",
        entries = "steps",
        doc = "Steps that only add: the application that runs now must not notice.",
        fields = {},
        example = [[expand { sql "add column" "ALTER TABLE users ADD COLUMN phone text" }]],
    },
    {
        name = "backfill",
        id = "step",
        stands = "block",
        doc = "Changes, deletes or copies the rows of a table in small batches, each exactly once. It says one of `set`, "
            .. "`delete`, `copy` and `map`. A partitioned table is walked partition by partition, at any depth, with `set`, "
            .. "`map` and `delete` naming the partition, so that its own rights, row-level security and statement triggers count. "
            .. "When the role may not write to all of them, when a statement trigger or a rule of the partitioned table "
            .. "would be passed over, or an expression means more than its columns, the table is walked as a whole, along "
            .. "a key of the whole; without one it is refused. Partitions that come while it runs are done before it ends, "
            .. "what is dropped or detached is left as it is. A row that the application moves from a partition that is "
            .. "still to come to one that is done is left to a `sync` or to the final sweep (`verify`). Columns of a partition key "
            .. "cannot be set; foreign tables among the partitions are refused.",
        one_of = { "set", "delete", "copy", "map" },
        fields = {
            table_field,
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
                doc = "Inserts the rows into another table. `into`: the table. `columns`: its columns and their values, as in "
                    .. "`set`; when not given, every column that both tables have and that is not generated. `on_conflict`, "
                    .. "always to be said: `error`; `nothing` keeps the row that is there; `update` overwrites it, by the "
                    .. "primary key. Rows are locked (FOR SHARE) while they are copied, triggers and foreign keys of `into` "
                    .. "work as for any INSERT, identity columns keep the values of the old rows, and sequences stay where "
                    .. "they are.",
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
                name = "key",
                kind = "columns",
                doc = "The column or columns to walk along, those of a unique index of NOT NULL columns. When not given: the "
                    .. "primary key, or else the narrowest such index. A table without any is walked page by page, again and "
                    .. "again until no row is left for `where`, which `set` must then make false; it cannot be copied or mapped. "
                    .. "Each partition of a partitioned table has a key of its own, or none.",
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
                doc = "The most rows of a batch.",
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
                    .. "as fast again as one; more than a quarter of the server's processors is felt by everybody.",
            },
            {
                name = "stripes",
                kind = "integer",
                min = 1,
                max = 64,
                default = 8,
                doc = "In how many interleaved batches to do a range of rows, where that keeps rows on their pages "
                    .. "(no index holds a column that is set): less WAL, hardly any growth. 1: never.",
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
                doc = "How many rows to leave behind that the server refuses because of their data (SQLSTATE 22*, 23*, P0001). "
                    .. "Each is found, and goes into quarantine with its key and the error: `zdm quarantine` lists and "
                    .. "retries them, and no contract step begins before none is left. One more than that stops the "
                    .. "backfill; 0: the first one does. A row that meanwhile got another key is "
                    .. "not found by a retry and leaves quarantine as a deleted one does; so does one that moved to another "
                    .. "partition, with a warning. The table needs a key. Not for a `map`.",
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
                doc = "VACUUM the table between batches when a fifth of it, and 100,000 rows, died since the last time, and "
                    .. "ANALYZE it at the end. Neither waits for a lock.",
            },
            {
                name = "verify",
                kind = "boolean",
                default = true,
                doc = "At the end, read the table once more, for rows that still need it: those that somebody wrote behind the "
                    .. "cursor or beyond its bound. They are done, in up to three rounds; when there are more after that, the step fails and "
                    .. "names some of them. A row needs it when it matches `where` and a column differs from the value in `set`; "
                    .. "for `delete`, when it matches `where`; for `copy`, when its key is not in `into`. There is no sweep, and "
                    .. "`zdm plan` and `zdm run` say why, where that cannot be told: a value is made of a column that is set "
                    .. "too (`n = n + 1`), a value or `where` has a sub-select, a clock or something random, or calls a function of "
                    .. "yours that is not IMMUTABLE. A walk by pages looks for such rows in any case.",
            },
            allow,
            because,
            why,
        },
        example = [[
backfill "copy email" {
    table = "users",
    set = { email_address = "email" },
    where = "email_address IS DISTINCT FROM email",
}]],
    },
    {
        name = "gate",
        id = "step",
        stands = "block",
        entries = "checks",
        doc = "Holds the plan until every check in it is satisfied.",
        fields = { why },
        example = [[
gate "old code is gone" {
    soak "48h",
    approval "app v2 is everywhere",
    sql "nothing differs" "SELECT count(*) = 0 FROM users WHERE email_address IS DISTINCT FROM email",
}]],
    },
    {
        name = "contract",
        stands = "block",
        entries = "steps",
        doc = "Steps that take the old away. Must stand behind a gate.",
        fields = {},
        example = [[contract { drop_column { table = "users", column = "email" } }]],
    },
    {
        name = "sql",
        id = "step",
        text = "sql",
        stands = "step",
        doc = "One or more SQL statements, in one transaction with their journal row; a statement that cannot run in a "
            .. "transaction stands alone. In a gate: a query whose first column must be true.",
        fields = {
            {
                name = "undo",
                kind = "sql",
                doc = "SQL that takes the step back.",
            },
            {
                name = "probe",
                kind = "sql",
                doc = "A query with one boolean, \"is it done already?\", for a statement outside transactions that zdm "
                    .. "cannot settle by itself.",
            },
            why,
            allow,
            because,
        },
        example = [=[
sql "add column" [[ALTER TABLE users ADD COLUMN email_address varchar(255)]] {
    undo = "ALTER TABLE users DROP COLUMN email_address",
}]=],
    },
    {
        name = "hook",
        id = "step",
        stands = "step",
        doc = "A Lua function of the plan, for what SQL alone cannot say. Its text is part of the step's definition; that of "
            .. "another function which it calls is not.",
        fields = {
            {
                name = "run",
                kind = "function",
                required = true,
                doc = "function(db, log, ctx): does the work.",
            },
            {
                name = "probe",
                kind = "function",
                doc = "function(db, log, ctx): returns true when the work is done already.",
            },
            { name = "undo", kind = "function", doc = "function(db, log, ctx): takes the work back." },
            {
                name = "transaction",
                kind = "boolean",
                default = true,
                doc = "Run in one transaction with the journal row.",
            },
            why,
        },
        example = [[
hook "set owner" {
    run = function(db, log)
        local owner = db:value("SELECT pg_catalog.current_setting('app.owner', true)")
        log:info("the owner is %s", owner)
    end,
}]],
    },
    {
        name = "command",
        id = "step",
        stands = "step",
        doc = "A program, given as a list of arguments; never a shell string.",
        fields = {
            {
                name = "argv",
                kind = "argv",
                required = true,
                doc = "The program and its arguments.",
            },
            {
                name = "probe",
                kind = "argv",
                doc = "A program that exits with 0 when the work is done already.",
            },
            {
                name = "idempotent",
                kind = "boolean",
                default = false,
                doc = "May simply run again after an interruption.",
            },
            {
                name = "timeout",
                kind = "duration",
                min = 1,
                doc = "The program is ended after this long; never when not given.",
            },
            why,
        },
        example = [[command "tell the cache" { argv = { "cache-ctl", "flush", "users" }, idempotent = true }]],
    },
    {
        name = "sync",
        stands = "step",
        doc = "Keeps two columns of a table equal while old and new code both write: a trigger that copies each write to "
            .. "the other side. On INSERT, NULL in `to` means \"not written\"; when both are written and disagree, `to` wins. "
            .. "A change of any column that `up` names reaches `to`, by a `backfill` too; a `backfill` of `to` alone does not "
            .. "reach `from`. Two syncs of a table share no column, except `from` when both have `down`. "
            .. "Writing NULL over a NULL is no write. Rows that arrive by logical replication fire no trigger.",
        fields = {
            table_field,
            { name = "from", kind = "identifier", required = true, doc = "The old column." },
            { name = "to", kind = "identifier", required = true, doc = "The new column; it must exist and have no default." },
            {
                name = "up",
                kind = "expression",
                doc = "The value of `to`, in the columns of the row; the column `from` when not given.",
            },
            {
                name = "down",
                kind = "expression",
                doc = "The value of `from`, in the columns of the row; the column `to` when not given.",
            },
            id_override,
            why,
        },
        example = [[sync { table = "users", from = "email", to = "email_address" }]],
    },
    {
        name = "unsync",
        stands = "step",
        doc = "Ends a `sync`, and keeps both columns.",
        fields = {
            table_field,
            { name = "from", kind = "identifier", required = true, doc = "As in the `sync`." },
            { name = "to", kind = "identifier", required = true, doc = "As in the `sync`." },
            id_override,
            why,
        },
        example = [[unsync { table = "users", from = "email", to = "email_address" }]],
    },
    {
        name = "drop_column",
        stands = "step",
        doc = "Drops a column, and with it, in the same transaction, every `sync` of this plan that reads or writes it.",
        fields = {
            table_field,
            { name = "column", kind = "identifier", required = true, doc = "The column." },
            id_override,
            why,
        },
        example = [[drop_column { table = "users", column = "email" }]],
    },
    {
        name = "soak",
        id = "duration",
        stands = "check",
        doc = "Opens when this much time has gone by, on the server's clock, since the last step before the gate.",
        fields = {},
        example = [[soak "48h"]],
    },
    {
        name = "approval",
        id = "check",
        stands = "check",
        doc = "Opens when somebody says `zdm approve`.",
        fields = {},
        example = [[approval "app v2 is everywhere"]],
    },
}

for _, constructor in ipairs(checks) do
    fields.constructors[#fields.constructors + 1] = constructor
end

--- Tables that stand in a field.
fields.tables = {
    {
        name = "throttle",
        doc = "When a backfill slows down and when it holds. Each signal is read about once a second by a session of its "
            .. "own (`zdm/PLAN/STEP/monitor`); at 70 % of a limit the rate of WAL is lowered, at the limit the backfill "
            .. "holds until every signal was below 70 % for three seconds. `false` turns one off. A signal that cannot be "
            .. "read any more holds too, except `blocked`, `commit`, `load`, `dead` and `checkpoints`.",
        fields = {
            {
                name = "lag_bytes",
                kind = "bytes",
                default = "64MB",
                off = true,
                doc = "WAL that a replica has yet to replay. (`max_lag` is the limit in time.)",
            },
            {
                name = "replicas",
                kind = "strings",
                doc = "Only these replicas count for `max_lag` and `lag_bytes`: their `application_name` in "
                    .. "pg_stat_replication, or the address of one that has no name of its own. While one of them is not "
                    .. "connected, it holds. When not given: all that are connected.",
            },
            {
                name = "slot_bytes",
                kind = "bytes",
                default = "1GB",
                off = true,
                doc = "WAL that a replication slot keeps; less when `max_slot_wal_keep_size` would lose the slot.",
            },
            {
                name = "archive",
                kind = "integer",
                min = 1,
                default = 42,
                off = true,
                doc = "WAL files that wait to be archived. An `archive_command` that fails holds at once.",
            },
            {
                name = "blocked",
                kind = "duration",
                min = 1,
                default = "100ms",
                off = true,
                doc = "How long another session has waited for a lock of the backfill.",
            },
            {
                name = "commit",
                kind = "integer",
                min = 2,
                default = 3,
                off = true,
                doc = "How many times longer than before the backfill a commit may take (the 95th percentile of zdm's own "
                    .. "small ones). One within `target` is never too slow.",
            },
            {
                name = "load",
                kind = "boolean",
                default = true,
                doc = "Compare sessions that are active, and that wait for disk or memory locks, with those before the "
                    .. "backfill: a fifth more slows it down, twice as many hold it. Fewer than 10 (5 waiting) are no load.",
            },
            {
                name = "dead",
                kind = "integer",
                min = 1,
                default = 200,
                off = true,
                doc = "Dead rows of the table, in percent of the live ones; fewer than 100,000 do not count.",
            },
            {
                name = "checkpoints",
                kind = "integer",
                min = 1,
                default = 6,
                off = true,
                doc = "Checkpoints a minute that were forced by the amount of WAL.",
            },
            {
                name = "sql",
                kind = "sql",
                doc = "A query with one boolean, true holds; or with a number and the limit at which to hold.",
            },
            { name = "url", kind = "url", doc = "Holds unless a HEAD request is answered with 200 (GET where HEAD is not known)." },
            { name = "file", kind = "text", doc = "Holds while this file is there, on the machine where zdm runs." },
            {
                name = "check",
                kind = "question",
                doc = "function(ctx): true or a text, the reason, holds; false or nil does not. An error stops the backfill.",
            },
        },
        example = [[
backfill "copy email" {
    table = "users",
    set = { email_address = "email" },
    throttle = { lag_bytes = "16MB", load = false, file = "/run/lock/no-migrations" },
}]],
    },
}

--- Longer things to say, each a section of the reference.
fields.topics = {
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

--- What a hook function is given.
fields.objects = {
    {
        name = "db",
        doc = "The session of the step. Values: smallint, integer and bigint are integers, real and double precision are "
            .. "numbers, boolean is a boolean, every other type is a string, NULL is `db.null`. `$1`, `$2`, ... in the SQL "
            .. "stand for the arguments behind it.",
        members = {
            { name = "null", type = "zdm.null", doc = "SQL NULL." },
            { name = "exec", args = "sql: string, ...", returns = "integer", doc = "Runs a statement; returns the number of rows it changed." },
            { name = "query", args = "sql: string, ...", returns = "table<string, any>[]", doc = "All rows, each a table by column name." },
            { name = "row", args = "sql: string, ...", returns = "table<string, any>?", doc = "The first row, or nil." },
            { name = "value", args = "sql: string, ...", returns = "any", doc = "The first column of the first row, or nil." },
            { name = "try_exec", args = "sql: string, ...", returns = "integer?, zdm.error?", doc = "`exec` that returns nil and the error." },
            { name = "try_query", args = "sql: string, ...", returns = "table<string, any>[]?, zdm.error?", doc = "`query` that returns nil and the error." },
            { name = "try_row", args = "sql: string, ...", returns = "table<string, any>?, zdm.error?", doc = "`row` that returns nil and the error." },
            { name = "try_value", args = "sql: string, ...", returns = "any, zdm.error?", doc = "`value` that returns nil and the error." },
        },
    },
    {
        name = "log",
        doc = "Writes to zdm's output and to the ledger. With arguments, the text is a format as in string.format.",
        members = {
            { name = "info", args = "text: string, ...", doc = "For the record." },
            { name = "warn", args = "text: string, ...", doc = "Somebody should look." },
        },
    },
    {
        name = "ctx",
        doc = "Where the hook runs.",
        members = {
            { name = "plan", type = "string", doc = "The plan's name." },
            { name = "step", type = "string", doc = "The step's id." },
            { name = "epoch", type = "integer", doc = "The number of this runner: each take-over raises it." },
        },
    },
    {
        name = "error",
        doc = "What `db` raises, and what its try_ methods return behind nil. tostring() gives the message.",
        members = {
            { name = "code", type = "string", doc = "The SQLSTATE; empty when the server was not reached." },
            { name = "message", type = "string", doc = "What went wrong." },
            { name = "detail", type = "string?", doc = "Facts." },
            { name = "hint", type = "string?", doc = "What to do." },
        },
    },
}

local by_name = {}
for _, def in ipairs(fields.constructors) do
    by_name[def.name] = def
end

local table_by_name = {}
for _, def in ipairs(fields.tables) do
    table_by_name[def.name] = def
end

--- The entry of a table that stands in a field, or nil.
function fields.table_of(name)
    return table_by_name[name]
end

--- The entry of a constructor.
function fields.of(name)
    return assert(by_name[name], name)
end

return fields
