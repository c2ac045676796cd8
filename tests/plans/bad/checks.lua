return plan "x" {
    api = 1,
    gate "g" {
        not_before { time = "2026-02-29 09:00", zone = "UTC" },
        window { from = "24:00", to = "5:00", zone = "UTC", days = { "monday" } },
        no_clients "nobody" {},
        no_clients "address" { address = "localhost" },
        no_long_transactions "soon",
        replica_lag(5),
        consistent { table = "t", to = "b" },
        consistent { table = "t", from = "a", up = "a", to = "c" },
        http "url" { url = "ftp://x", body = "(" },
        flag "two" { env = "A", file = "b", is = "on" },
        flag "none" { is = "on" },
        flag "value" { env = "A" },
        command "c" { argv = { "true" }, idempotent = true },
        not_before { time = "2026-02-28 09:00", zone = "UTC+3" },
        http "half",
    },
}
--> 4:22: "time" of not_before {} must be a day of the calendar, not 2026-02-29
--> 5:18: "from" of window {} must be a time of day such as "22:00", not "24:00"
--> 5:34: "to" of window {} must be a time of day such as "22:00", not "5:00"
--> 5:61: "days" of window {} has an entry 1 that must be one of "mon", "tue", "wed", "thu", "fri", "sat", "sun", not "monday"
--> 6: no_clients "nobody" needs "application", "user" or "address"
--> 7:32: "address" of no_clients "address" must be an address such as "10.1.2.3" or "10.1.0.0/16", not "localhost"
--> 8: the name of no_long_transactions must be a duration, not "soon" | a number and a unit: "250ms", "30s", "10m", "48h", "7d"
--> 9: the name of replica_lag must be a duration such as "30s", not an integer | write the unit, in a string: ms, s, m, h, d or w
--> 10: consistent {} needs one of "from" and "up"
--> 11:47: consistent {} needs one of "from" and "up", not "from" and "up" | write one consistent for each
--> 12:22: "url" of http "url" must begin with http:// or https://, not "ftp://x"
--> 12:39: "body" of http "url" is not a regular expression: Unmatched ( or \( | as grep -E takes it
--> 13:22: flag "two" needs one of "sql", "file", "env" and "url", not "file" and "env" | write one flag for each
--> 14: flag "none" needs one of "sql", "file", "env" and "url"
--> 15: flag "value" lacks the field "is" | is: The value that opens the gate, to the letter.
--> 16:42: unknown field "idempotent" in command "c", which stands in gate "g" | in a gate, command takes argv and timeout
--> 17:49: "zone" of not_before {} must be the name of a time zone, not "UTC+3" | such as "Europe/Berlin", or "UTC"
--> 18: http "half" lacks its body: http "half" { ... }
