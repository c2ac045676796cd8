-- users.email becomes users.email_address while the application goes on running.
--
-- The table: users (id bigint primary key, email varchar(255) not null, name text, ...)

return plan "rename_email" {
    api = 1,
    why = "email_address is what every other service calls it",
    ticket = "PROJ-123",

    -- What the application asks before and after the change; zdm rehearse has clients ask it all the while.
    compat = {
        old = {
            "SELECT email, name FROM users WHERE id = :users.id",
            "INSERT INTO users (email, name) VALUES ('new' || :n || '@example.com', 'New')",
            "UPDATE users SET email = 'moved' || :n || '@example.com' WHERE id = :users.id",
        },
        new = {
            "SELECT email_address, name FROM users WHERE id = :users.id",
            "INSERT INTO users (email_address, name) VALUES ('new' || :n || '@example.com', 'New')",
            "UPDATE users SET email_address = 'moved' || :n || '@example.com' WHERE id = :users.id",
        },
    },

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

    -- email was NOT NULL; the new column becomes so without a scan under a strong lock.
    expand {
        sql "not null: new rows" [[
            ALTER TABLE users ADD CONSTRAINT email_address_set
                CHECK (email_address IS NOT NULL) NOT VALID
        ]] {
            undo = "ALTER TABLE users DROP CONSTRAINT IF EXISTS email_address_set",
        },
        sql "not null: all rows" [[
            ALTER TABLE users VALIDATE CONSTRAINT email_address_set
        ]],
        sql "not null: the column" [[
            ALTER TABLE users ALTER COLUMN email_address SET NOT NULL;
            ALTER TABLE users DROP CONSTRAINT email_address_set
        ]] {
            undo = "ALTER TABLE users ALTER COLUMN email_address DROP NOT NULL",
        },
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
