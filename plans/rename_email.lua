-- users.email becomes users.email_address while the application goes on running.
--
-- The table: users (id bigint primary key, email varchar(255) not null, name text, ...)

return plan "rename_email" {
    api = 1,
    why = "email_address is what every other service calls it",
    ticket = "PROJ-123",

    expand {
        sql "add column" [[
            ALTER TABLE users ADD COLUMN email_address varchar(255)
        ]] {
            undo = "ALTER TABLE users DROP COLUMN email_address",
        },
        -- From here on each write of one column reaches the other one.
        sync { table = "users", from = "email", to = "email_address" },
    },

    -- Rows that nobody writes are copied in small batches.
    backfill "copy email" {
        table = "users",
        set = { email_address = "email" },
        where = "email_address IS DISTINCT FROM email",
    },

    -- Wait until the new version is the only one. In production add soak "48h".
    gate "old code is gone" {
        sql "no row differs" [[
            SELECT count(*) = 0 AS same, count(*) AS rows_that_differ
              FROM users
             WHERE email_address IS DISTINCT FROM email
        ]],
        approval "app v2 is everywhere",
    },

    contract {
        drop_column { table = "users", column = "email" },
    },
}
