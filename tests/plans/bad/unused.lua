sync { table = "t", from = "a", to = "b" }
local one = sql "one" "SELECT 1"
local half = backfill "half"
plan "other" { api = 1, expand { sql "two" "SELECT 1" } }
return plan "x" { api = 1, expand { sql "three" "SELECT 1" } }
--> 1: sync {} is described, but is not part of the plan | put it where it belongs, or take it out
--> 2: sql "one" is described, but is not part of the plan | put it where it belongs, or take it out
--> 3: backfill "half" lacks its body: backfill "half" { ... }
--> 4: plan "other" is described, but is not part of the plan | put it where it belongs, or take it out
