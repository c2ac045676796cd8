--- What slows a backfill down: a part of fields.lua, which see.

return {
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
