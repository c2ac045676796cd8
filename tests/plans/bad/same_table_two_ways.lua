return plan "x" {
    api = 1,
    expand { sync { table = "public.users", from = "a", to = "b" } },
    gate "g" { approval "go" },
    contract { drop_column { table = "users", column = "a" } },
}
--> 5:30: drop_column {} writes the table as users, the sync of a as public.users | write the name in the same way in both, so that the trigger goes with the column
