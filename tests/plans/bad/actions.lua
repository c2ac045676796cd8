return plan "x" {
    api = 1,
    backfill "two" {
        table = "t",
        set = { a = "1" },
        delete = true,
    },
    backfill "no" { table = "t", delete = false },
    backfill "all" { table = "t", delete = true },
    backfill "word" { table = "t", copy = "t2" },
    backfill "where to" { table = "t", copy = { on_conflict = "error" } },
    backfill "conflict" { table = "t", copy = { into = "t2" } },
    backfill "other word" { table = "t", copy = { into = "t2", on_conflict = "ignore" } },
    backfill "misspelt" { table = "t", copy = { into = "t2", on_conflict = "error", colums = { a = "1" } } },
    backfill "columns" { table = "t", copy = { into = "t2", on_conflict = "error", columns = { a = "1 +" } } },
}
--> 6:9: "delete" of backfill "two" needs "where" | every row: where = "true"
--> 6:9: backfill "two" needs one of "set", "delete", "copy" and "map", not "set" and "delete" | write one backfill for each
--> 8:34: "delete" of backfill "no" must be true, or left out, not false
--> 9:35: "delete" of backfill "all" needs "where" | every row: where = "true"
--> 10:36: "copy" of backfill "word" must be a table such as { into = "t2", on_conflict = "nothing" }, not a string
--> 11:40: "copy" of backfill "where to" has "into", which must be a table's name in a string, not nil
--> 12:40: "copy" of backfill "conflict" has "on_conflict", which must be "error", "nothing" or "update", not nil | what to do about a row that is there already; there is no default
--> 13:42: "copy" of backfill "other word" has "on_conflict", which must be "error", "nothing" or "update", not a string | what to do about a row that is there already; there is no default
--> 14:40: "copy" of backfill "misspelt" has the unknown field "colums" | did you mean "columns"?
--> 15:104: "copy" of backfill "columns" has "columns", which has a value for a that is not an SQL expression: syntax error at end of input
