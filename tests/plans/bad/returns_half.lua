return plan "x"
--> 0: plan "x" lacks its body: plan "x" { ... } | return plan "name" { api = 1, ... }
