local function nothing() end
return plan "x" {
    api = 1,
    expand { nothing(), sql "a" "SELECT 1", false },
    (nothing()),
    expand { sql "b" "SELECT 1" },
}
--> 2: entry 2 of plan "x" is nil | is it a function that returns nothing?
--> 4: entry 1 of expand {} is nil | is it a function that returns nothing?
--> 4: entry 2 of expand {} is false | a block takes steps: sql, sync, hook, command, ...
