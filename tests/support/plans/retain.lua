-- What is dropped is set aside first: a column that a sync keeps writing, one that nobody writes, one of a
-- partitioned table with a name of 63 bytes, and a table.
local long = '"' .. ("ü"):rep(30) .. '.x\'"'

return plan "retain" {
    api = 1,
    expand {
        sql "new column" "ALTER TABLE users ADD COLUMN email_address text" {},
        sync {
            table = "users",
            from = "email",
            to = "email_address",
            up = "lower(email)",
            down = "users.email_address",
        },
    },
    backfill "copy" { table = "users", set = { email_address = "lower(email)" } },
    gate "old code is gone" { approval "go" },
    contract {
        drop_column { table = "users", column = "nick", retain = "1h" },
        drop_column { table = 'app."Big T"', column = long, retain = "1h", why = "nobody reads it" },
        drop_table { table = "app.archive", retain = "1h" },
        drop_column { table = "users", column = "email", retain = "2h" },
        sql "last" "ALTER TABLE users ADD COLUMN phone text",
    },
}
