return plan "x" {
    api = 2,
    why = "",
    lock_budget = 5,
    lock_patience = "soon",
    backfill "copy" {
        table = "users; DROP TABLE users",
        set = { n = 0, ["b c"] = "1", d = "1 + * 2" },
        where = false,
        key = 3,
        target = "1ms",
        batch_min = 1.5,
        batch_max = 0,
        pause = "-1s",
        allow = "rule",
        because = 7,
    },
    expand {
        hook "h" { run = "DELETE", transaction = "yes" },
        hook "i" { run = string.upper },
        command "c" { argv = { "a", 1 }, timeout = "1h30", idempotent = 0 },
        command "d" { argv = "rm -rf /" },
        sql "s" (5),
        sql "t" "SELECT 1" { allow = { "x" } },
        sql "u" "SELECT 1" { because = "x" },
    },
}
--> 2:5: "api" of plan "x" must be 1, not 2
--> 3:5: "why" of plan "x" must be a text, not an empty string
--> 4:5: "lock_budget" of plan "x" must be a duration such as "30s", not an integer | write the unit, in a string: ms, s, m, h, d or w
--> 5:5: "lock_patience" of plan "x" must be a duration, not "soon" | a number and a unit: "250ms", "30s", "10m", "48h", "7d"
--> 7:9: "table" of backfill "copy" must be a table's name: "users; DROP TABLE users" is not a name or schema.name
--> 8:9: "set" of backfill "copy" has the key "b c", which must be a name: "b c" is not a name
--> 9:9: "where" of backfill "copy" must be an SQL expression in a string, not false
--> 10:9: "key" of backfill "copy" must be a list such as { "one", "two" }, not an integer
--> 11:9: "target" of backfill "copy" must be 5ms to 5s, not 1ms
--> 12:9: "batch_min" of backfill "copy" must be a whole number, not a float
--> 13:9: "batch_max" of backfill "copy" must be 1 to 1000000, not 0
--> 14:9: "pause" of backfill "copy" must be a duration, not "-1s" | a number and a unit: "250ms", "30s", "10m", "48h", "7d"
--> 15:9: "allow" of backfill "copy" must be a list such as { "one", "two" }, not a string
--> 16:9: "because" of backfill "copy" must be a text, not an integer
--> 19:20: "run" of hook "h" must be a function, not a string
--> 19:36: "transaction" of hook "h" must be true or false, not a string
--> 20:20: "run" of hook "i" must be a function that is written in the plan
--> 21:23: "argv" of command "c" has an entry 2 that must be a string, not an integer
--> 21:42: "timeout" of command "c" must be a duration, not "1h30" | a number and a unit: "250ms", "30s", "10m", "48h", "7d"
--> 21:60: "idempotent" of command "c" must be true or false, not an integer
--> 22:23: "argv" of command "d" must be a list such as { "program", "argument" }, not a string
--> 23: the SQL of sql "s" must be SQL in a string, not an integer
--> 24:30: sql "t" has allow without because | allow = { "rule" }, because = "why it is safe here"
--> 25:30: sql "u" has because without allow | allow = { "rule" }, because = "why it is safe here"
