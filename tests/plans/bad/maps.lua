local upper = string.upper
return plan "x" {
    api = 1,
    backfill "read" { table = "t", map = function() end, write = "a" },
    backfill "write" { table = "t", map = function() end, read = "a" },
    backfill "set" { table = "t", set = { a = "1" }, read = "a", write = { "a" } },
    backfill "both" { table = "t", set = { a = "1" }, map = function() end, read = "a", write = "a" },
    backfill "text" { table = "t", map = "lower", read = "a", write = "a" },
    backfill "library" { table = "t", map = upper, read = "a", write = "a" },
    backfill "columns" { table = "t", map = function() end, read = {}, write = { "a", "b c" } },
    backfill "misspelt" { table = "t", map = function() end, raed = "a", write = "a" },
    backfill "null" { table = "t", set = { a = null } },
}
--> 4:36: "map" of backfill "read" needs "read" | read: The columns that map gets.
--> 5:37: "map" of backfill "write" needs "write" | write: The columns that map may change.
--> 6:54: "read" of backfill "set" is for "map" | read: The columns that map gets.
--> 6:66: "write" of backfill "set" is for "map" | write: The columns that map may change.
--> 7:55: backfill "both" needs one of "set", "delete", "copy" and "map", not "set" and "map" | write one backfill for each
--> 8:36: "map" of backfill "text" must be a function, not a string
--> 9:39: "map" of backfill "library" must be a function that is written in the plan
--> 10:61: "read" of backfill "columns" must be a list such as { "one", "two" }, not an empty table
--> 10:72: "write" of backfill "columns" has an entry 2 that must be a name: "b c" is not a name
--> 11:62: unknown field "raed" in backfill "misspelt" | did you mean "read"?
--> 12:36: "set" of backfill "null" has a value for a that must be an SQL expression in a string, not null
