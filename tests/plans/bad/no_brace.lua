return plan "x" {
    api = 1,
    expand {
        sql "a" "SELECT 1",
}
--> 7: '}' expected (to close '{' at line 1) near <eof> | a } is missing: one for each {
