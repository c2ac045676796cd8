return plan "x" {
    api = 1,
    expand {
        sql "a" "SELECT 1"
        sync { table = "t", from = "a", to = "b" },
    },
}
--> 5: '}' expected (to close '{' at line 3) near 'sync' | is a comma missing before it?
