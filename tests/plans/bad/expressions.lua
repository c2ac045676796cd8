return plan "x" {
    api = 1,
    expand {
        sync {
            table = "t", from = "a", to = "b",
            up = [[
                lower(a) ||
                  ü + * a
            ]],
        },
    },
}
--> 8:23: "up" of sync {} is not an SQL expression: syntax error at or near "*"
