local step = sql "a" "SELECT 1"
step.up = "DROP TABLE users"
return plan "x" { api = 1, expand { step } }
--> 2: sql "a" cannot be changed: describe it in one go
