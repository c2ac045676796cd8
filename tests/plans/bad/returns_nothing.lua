local p = plan "x" { api = 1, expand { sql "a" "SELECT 1" } }
--> 0: plan returned nothing: end it with return plan ... | return plan "name" { api = 1, ... }
