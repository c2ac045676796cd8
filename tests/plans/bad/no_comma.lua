return plan "x" {
    api = 1,
    expand {
        sync { table = "t", from = "a", to = "b" }
        { table = "t", from = "a", to = "b" },
    },
}
--> 4: sync {} is complete: is a comma missing behind it?
