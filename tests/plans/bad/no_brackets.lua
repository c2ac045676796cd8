return plan "x" {
    api = 1,
    expand { sql "a" [[SELECT 1] },
}
--> 6: unfinished long string (starting at line 3) near <eof> | what begins with [[ ends with two brackets
