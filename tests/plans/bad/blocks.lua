return plan "x" {
    api = 1,
    sql "outside" "SELECT 1",
    approval "outside",
    "a string",
    expand {},
    contract { why = "x" },
    gate "g" {},
    expand {
        backfill "inside" { table = "t", set = { a = "b" } },
        expand { sql "deep" "SELECT 1" },
        soak "1h",
        sql "half",
        5,
    },
    gate "h" {
        soak "1h", soak "2h",
        approval "a", approval "a",
        sql "q" "SELECT true" { undo = "SELECT 1" },
        sync { table = "t", from = "a", to = "b" },
        sql "half two",
    },
    backfill "half three",
}
--> 1: entry 3 of plan "x" is a string | a plan takes expand, backfill, gate and contract
--> 3: sql "outside" stands outside a block | put it into expand { ... } or contract { ... }
--> 4: approval "outside" stands outside a block | put it into a gate "name" { ... }
--> 6: expand {} is empty | give it steps, or take it out
--> 7: contract {} is empty | give it steps, or take it out
--> 7:16: unknown field "why" in contract {} | contract takes no fields
--> 8: gate "g" is empty | give it something to wait for: approval "...", soak "48h", sql "..." [[SELECT ...]]
--> 9: entry 5 of expand {} is an integer | a block takes steps: sql, sync, hook, command, ...
--> 10: backfill "inside" cannot stand in expand {} | make it an entry of the plan itself, before or behind expand {}
--> 11: expand {} cannot stand in expand {} | make it an entry of the plan itself, before or behind expand {}
--> 12: soak "1h" cannot stand in expand {} | put it into a gate "name" { ... }
--> 13: sql "half" lacks its SQL: sql "half" [[...]]
--> 17: gate "h" has two checks named "soak" | the first is at line 17
--> 18: gate "h" has two checks named "a" | the first is at line 18
--> 19:33: unknown field "undo" in sql "q", which stands in gate "h" | in a gate, sql is a query and takes no options
--> 20: sync {} cannot stand in gate "h" | a gate takes checks: soak, approval, sql, window, no_clients, ...
--> 21: sql "half two" lacks its SQL: sql "half two" [[...]]
--> 23: backfill "half three" lacks its body: backfill "half three" { ... }
