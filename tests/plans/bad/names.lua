return plan "my plan!" {
    api = 1,
    expand {
        sql "a" "SELECT 1",
        sql "b" "SELECT 1",
        sql "a" "SELECT 2",
        sql "" "SELECT 1",
        sql "two\nlines" "SELECT 1",
        sql " b" "SELECT 1",
        sql(string.rep("x", 101)) "SELECT 1",
        sync { table = "t", from = "a", to = "b" },
        sync { table = "t", from = "a", to = "b" },
        sync { table = "t", from = "a", to = "A" },
        hook { run = function() end },
        sql(nil) "SELECT 1",
        sql "\xff" "SELECT 1",
    },
}
--> 1: the name of a plan must be at most 100 of A-Z a-z 0-9 _ . -, not "my plan!" | the journal, the ledger and commands know the plan by it
--> 6: two steps are named "a" | the first is at line 4; the journal knows a step by its name
--> 7: the name of sql must be a name in a string, not an empty string
--> 8: the name of sql must be one line of printable characters, without space at its ends
--> 9: the name of sql must be one line of printable characters, without space at its ends
--> 10: the name of sql is 101 bytes long; 100 is the limit
--> 12: sync {} shares a column with "sync t.a <-> b": syncs that share a column undo or miss each other's writes | give both sides of each sync columns of their own; only `from` may be shared, and only when both syncs say how to put it together: down = ...
--> 12: two steps are named "sync t.a <-> b" | the first is at line 11; the journal knows a step by its name
--> 13: sync {} shares a column with "sync t.a <-> b": syncs that share a column undo or miss each other's writes | give both sides of each sync columns of their own; only `from` may be shared, and only when both syncs say how to put it together: down = ...
--> 13:41: sync needs two different columns: both are a
--> 14: hook needs a name first | hook "name" { ... }
--> 15: the name of sql must be a name in a string, not nil
--> 16: the name of sql must be a name in a string in UTF-8 without NUL
