--- The checks of a gate: a part of fields.lua, which see.

local zone = {
    name = "zone",
    kind = "zone",
    required = true,
    doc = 'The time zone, as the server knows it: "Europe/Berlin", "UTC". `zdm run` asks it before the first step.',
}
local seconds = {
    name = "timeout",
    kind = "duration",
    default = "10s",
    min = 1,
    max = 600000,
    doc = "How long to wait for the answer.",
}
local is = { name = "is", kind = "text", required = true, doc = "The value that opens the gate, to the letter." }

return {
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
        body = "optional",
        doc = "Opens when somebody says `zdm approve`, or as many as are asked for. Who somebody is, is `user@host` as "
            .. "`zdm log` shows it: a record among people who may write to the journal, no proof. A user counts as one "
            .. "person on all hosts.",
        fields = {
            {
                name = "approvals",
                kind = "integer",
                min = 1,
                max = 100,
                default = 1,
                doc = "How many people must approve.",
            },
            {
                name = "by",
                kind = "people",
                doc = "Only these may: `ann`, or `ann@laptop` on that host alone.",
            },
            {
                name = "not_runner",
                kind = "boolean",
                default = false,
                doc = "Who has run a step of the plan, or runs it now, may not.",
            },
        },
        example = [[approval "app v2 is everywhere" { approvals = 2, by = { "ann", "bob", "carol" }, not_runner = true }]],
    },
    {
        name = "not_before",
        stands = "check",
        doc = "Opens at a time, by the server's clock.",
        fields = { { name = "time", kind = "moment", required = true, doc = "When." }, zone },
        example = [[not_before { time = "2026-12-01 09:00", zone = "Europe/Berlin" }]],
    },
    {
        name = "window",
        stands = "check",
        doc = "Opens between two times of day, by the server's clock. It is asked when the plan gets to the gate: what "
            .. "begins inside may end outside.",
        fields = {
            { name = "from", kind = "clock", required = true, doc = "The first minute." },
            {
                name = "to",
                kind = "clock",
                required = true,
                doc = "The first minute behind it; before `from`: on the next day.",
            },
            zone,
            { name = "days", kind = "days", doc = "The days on which it begins; every day when not given." },
        },
        example = [[window { from = "22:00", to = "05:00", zone = "Europe/Berlin", days = { "mon", "tue", "wed" } }]],
    },
    {
        name = "no_clients",
        id = "check",
        stands = "check",
        doc = "Opens when nobody like that is connected to the database: every field that is given has to fit. "
            .. "Addresses, and sessions without a name, are only shown to the role pg_read_all_stats.",
        some_of = { "application", "user", "address" },
        fields = {
            { name = "application", kind = "text", doc = "Their application_name, as a pattern of LIKE: `app-v1%`." },
            { name = "user", kind = "text", doc = "Their role, as a pattern of LIKE." },
            { name = "address", kind = "address", doc = "Their address or network: `10.1.0.0/16`." },
        },
        example = [[no_clients "the old app is gone" { application = "app-v1%" }]],
    },
    {
        name = "no_long_transactions",
        id = "duration",
        stands = "check",
        doc = "Opens when no transaction of the database has been open longer than this, prepared ones included. "
            .. "Sessions of other roles are only shown to the role pg_read_all_stats.",
        fields = {},
        example = [[no_long_transactions "1m"]],
    },
    {
        name = "replica_lag",
        id = "duration",
        stands = "check",
        doc = "Opens when every replica has replayed what is older than this: it looks where the WAL ends, and waits for "
            .. "replicas to get there, for 3 s at most; one that takes longer opens it when it goes on answering "
            .. "and says itself that it is less far behind. A replication slot that nobody reads is a "
            .. "replica that is gone, and keeps the gate closed; without any replica it is open. Takes the role pg_monitor.",
        fields = {},
        example = [[replica_lag "5s"]],
    },
    {
        name = "consistent",
        stands = "check",
        doc = "Opens when no row differs: `to` is what `up` makes of the row. Says how many rows there are, how many "
            .. "differ, how many of these have NULL in `to`, and up to five of their keys. An error when row-level security would "
            .. "hide rows from the role.",
        fields = {
            {
                name = "table",
                kind = "qualified",
                required = true,
                doc = 'The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.',
            },
            { name = "from", kind = "identifier", doc = "The old column, when there is no `up`." },
            { name = "to", kind = "identifier", required = true, doc = "The new column." },
            { name = "up", kind = "expression", doc = "What `to` should be, in the columns of the row." },
            {
                name = "sample",
                kind = "integer",
                min = 1,
                max = 100,
                default = 100,
                doc = "How many per cent of the table's pages to look at; all when these hold no row.",
            },
            {
                name = "timeout",
                kind = "duration",
                default = "10m",
                min = 1,
                max = 24 * 86400000, -- statement_timeout is an int4
                doc = "How long to look. It reads the whole table, in one snapshot.",
            },
        },
        one_of = { "from", "up" },
        example = [[consistent { table = "users", from = "email", to = "email_address" }]],
    },
    {
        name = "http",
        id = "check",
        stands = "check",
        doc = "Opens when a GET request is answered as it should be.",
        fields = {
            { name = "url", kind = "url", required = true, doc = "Whom to ask." },
            { name = "status", kind = "integer", min = 100, max = 599, default = 200, doc = "The code of the answer." },
            { name = "body", kind = "regex", doc = "What the first 64 kB of the answer must hold." },
            seconds,
        },
        example = [[http "health" { url = "https://app.example.com/health", body = "schema: *v2" }]],
    },
    {
        name = "flag",
        id = "check",
        stands = "check",
        doc = "Opens when a feature flag has a value. It says where to find it, one of `sql`, `file`, `env` and `url`; "
            .. "space at the ends does not count.",
        one_of = { "sql", "file", "env", "url" },
        fields = {
            is,
            {
                name = "sql",
                kind = "sql",
                doc = "A query with one value (a boolean is `true` or `false`). It sees the rows that row-level security shows "
                    .. "to the role.",
            },
            { name = "file", kind = "text", doc = "A file, on the machine where zdm runs." },
            { name = "env", kind = "text", doc = "A variable of zdm's environment." },
            { name = "url", kind = "url", doc = "What a GET request is answered with, by code 200." },
            seconds,
        },
        example = [[flag "new reads are on" { url = "https://flags.example.com/new_reads", is = "on" }]],
    },
    {
        name = "unused",
        stands = "check",
        entries = "names",
        doc = "Opens when none of these columns, tables and indexes was used for a time: `users.email`, "
            .. "`app.users.email`, `app.old_table`, `users_email_idx`. What the catalog has under a name decides what "
            .. "it is. Columns are judged by statements, indexes by the server's counts of their scans, tables by "
            .. "both. Needs pg_stat_statements (1.9 or newer) for columns and tables, and the role pg_read_all_stats.",
        notes = [[
**Statements** of pg_stat_statements are parsed, and one uses a column when it names it, or means it with `*`, with a whole
row, by an INSERT without columns or through a view. What cannot be parsed and has the table's name in it counts.

**Waiting.** The extension counts calls, not times: each look of a run compares them with the one before, so that a use
begins the waiting anew; `zdm run --wait`, or a run every hour, looks often enough. Whatever leaves a gap in the counts
begins it anew too: a reset, a statement that was evicted (pg_stat_statements.max), a restart without saving.

**Indexes and tables** are judged by the server's counts of their scans and changes; from PostgreSQL 16 on the time of an
index's last scan opens it at the first look.

**Functions.** With pg_stat_statements.track = top nobody counts what functions run: while there are functions of this
database that name the column, or hold it in a body that the server has parsed, the gate is closed.

**PostgreSQL 18** counts statements together that differ only in which relation has a name or an alias, under the text of
the first: there a call of any statement that uses another relation by an alias, or a relation that has its name in
several schemas, counts as a use of a column or a view; only a table that has another's name as its alias goes unseen.

**Replicas** have counts of their own, which are seen with `replicas` only.]],
        fields = {
            {
                name = "quiet",
                kind = "duration",
                min = 1,
                max = 366 * 86400000,
                default = "24h",
                doc = "For how long nobody used them: longer than the longest pause between two runs of any job.",
            },
            {
                name = "ignore_roles",
                kind = "strings",
                doc = "Statements of these roles do not count: backups, monitoring.",
            },
            {
                name = "ignore_functions",
                kind = "strings",
                doc = "Functions and procedures that do not use it, or that nobody calls, with the types of "
                    .. 'their arguments: `"app.greet(integer)"`.',
            },
            {
                name = "ignore_aliases",
                kind = "strings",
                doc = "For PostgreSQL 18 and newer: aliases, and names of relations, under which no statement means "
                    .. "what is looked for.",
            },
            {
                name = "replicas",
                kind = "connections",
                doc = "Replicas to ask too, each by its host or a service: what runs there is counted there. What is not "
                    .. "given (database, role and its password, TLS) is as for the target. One that cannot be asked, or is "
                    .. "no replica of the target, keeps the gate closed. Logical replicas cannot be asked.",
            },
        },
        example = [[unused { "users.email", "users_email_idx", quiet = "8d", ignore_roles = { "backup" } }]],
    },
    {
        name = "quarantine_empty",
        stands = "check",
        doc = "Opens when no row that a backfill of this plan set aside is left in quarantine. Contract steps wait for that in "
            .. "any case; this holds what stands before them.",
        fields = { { name = "step", kind = "id", doc = "Of this backfill only." } },
        example = [[quarantine_empty {}]],
    },
    {
        name = "check",
        id = "check",
        stands = "check",
        doc = "Opens when a Lua function of the plan returns true. It gets what a hook gets, with 100 million instructions "
            .. "and 64 MB of memory; `db` is in one read-only transaction, 30 seconds for each statement. Its text is part of the gate's definition; that of another function which it "
            .. "calls is not.",
        fields = {
            {
                name = "run",
                kind = "look",
                required = true,
                doc = "function(db, log, ctx): returns true or false, and then a text for the record: what it saw.",
            },
        },
        example = [[
check "all orders are settled" {
    run = function(db)
        local open = db:value "SELECT count(*) FROM orders WHERE NOT settled"
        return open == 0, ("%d open orders"):format(open)
    end,
}]],
    },
}
