return plan "x" {
    backfill "copy" {},
    expand { sync { from = "a" }, drop_column {}, hook "h" {}, command "c" { argv = {} } },
}
--> 1: plan "x" lacks the field "api" | api: The version of this language: 1.
--> 2: backfill "copy" lacks the field "table" | table: The table, as in SQL: users, app.users, "My Schema"."T".
--> 2: backfill "copy" needs one of "set", "delete", "copy" and "map"
--> 3: drop_column {} lacks the field "column" | column: The column.
--> 3: drop_column {} lacks the field "table" | table: The table, as in SQL: users, app.users, "My Schema"."T".
--> 3: hook "h" lacks the field "run" | run: function(db, log, ctx): does the work.
--> 3: sync {} lacks the field "table" | table: The table, as in SQL: users, app.users, "My Schema"."T".
--> 3: sync {} lacks the field "to" | to: The new column; it must exist and have no default.
--> 3:78: "argv" of command "c" must be a list such as { "program", "argument" }, not an empty table
