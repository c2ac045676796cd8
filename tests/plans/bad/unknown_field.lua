return plan "x" {
    api = 1,
    -- tabel = in a comment is not the place
    backfill "copy" {
        tabel = "users",
        set = { a = "b" },
        batch_maxx = 5,
        colour = "red",
    },
    expand { sync { table = "t", from = "a", to = "b", ["upp"] = "x" }, sql "s" "SELECT 1" { undoo = "x" } },
}
--> 5:9: unknown field "tabel" in backfill "copy" | did you mean "table"?
--> 7:9: unknown field "batch_maxx" in backfill "copy" | did you mean "batch_max"?
--> 8:9: unknown field "colour" in backfill "copy" | fields: table, set, delete, copy, map, read, write, where, where_becomes_false, key, undo, target, batch_min, batch_max, lock_timeout, workers, stripes, synchronous_commit, pause, max_lag, wal_rate, throttle, max_throttled, max_quarantine, quarantine_values, vacuum, verify, allow, because, why
--> 10:58: unknown field "upp" in sync {} | did you mean "up"?
--> 10:94: unknown field "undoo" in sql "s" | did you mean "undo"?
