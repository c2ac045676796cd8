-- Everything that a plan can say. Copy it, take out what you do not need, and look at it with
--     zdm plan my_plan.lua
-- before you run it. The reference is docs/reference/plan.md.

return plan "template" {
    api = 1,
    why = "shows every word of the language",
    ticket = "PROJ-123",
    lock_budget = "2s", -- the longest single wait for a strong lock: others queue behind it
    lock_patience = "10m", -- how long to go on trying for one lock

    -- Expand only adds: the application that runs now must not notice.
    expand {
        -- One or more statements, in one transaction with the note that they are done. The name
        -- is how zdm knows the step again: do not change it later.
        sql "add columns" [[
            ALTER TABLE orders ADD COLUMN total_cents bigint;
            ALTER TABLE orders ADD COLUMN note text;
        ]] {
            undo = [[
                ALTER TABLE orders DROP COLUMN note;
                ALTER TABLE orders DROP COLUMN total_cents;
            ]],
            why = "amounts in cents, as integers",
        },

        -- A statement that cannot run in a transaction stands alone in its step. zdm finds out by
        -- itself whether an index was built; for other statements give a probe.
        sql "index" "CREATE INDEX CONCURRENTLY orders_total_cents ON orders (total_cents)" {
            undo = "DROP INDEX CONCURRENTLY orders_total_cents",
        },

        -- Each write of one column reaches the other one, in both directions, until the column is
        -- dropped. up and down say how the values follow from each other.
        sync {
            table = "orders",
            from = "total",
            to = "total_cents",
            up = "(total * 100)::bigint",
            down = "total_cents / 100.0",
        },

        -- A function, for what SQL alone cannot say. It gets the session (in a transaction, unless
        -- transaction = false), a log, and where it runs.
        hook "remember the old default" {
            run = function(db, log, ctx)
                local old = db:value([[
                    SELECT column_default
                      FROM information_schema.columns
                     WHERE table_name = $1 AND column_name = $2
                ]], "orders", "total")
                log:info("%s: the default of total was %s", ctx.plan, old)
                db:exec("UPDATE orders SET note = $1 WHERE id = $2", "default was " .. tostring(old), 1)
            end,
            undo = function(db)
                db:exec("UPDATE orders SET note = NULL WHERE id = $1", 1)
            end,
        },

        -- A program with its arguments; no shell reads them. probe: exits with 0 when it is done.
        command "tell the cache" {
            argv = { "true", "--flush", "orders" },
            idempotent = true,
            timeout = "1m",
        },
    },

    -- Rows are changed in batches that take about `target` each, every row exactly once, whatever
    -- is killed in between.
    backfill "fill total_cents" {
        table = "orders",
        set = { total_cents = "(total * 100)::bigint" },
        where = "total_cents IS NULL AND total IS NOT NULL", -- which rows still need it
        key = "id", -- the column to walk along; the primary key when not given
        target = "25ms",
        batch_min = 50,
        batch_max = 50000,
        lock_timeout = "50ms", -- then the batch is tried later
        workers = 1, -- batches at the same time
        stripes = 8, -- interleaved batches of a range, where they keep rows on their pages
        pause = "0ms",
        max_lag = "5s", -- wait while a replica is further behind
    },

    -- Blocks may come again: this one needs the rows to be filled.
    expand {
        sql "check, without looking at the rows" [[
            ALTER TABLE orders ADD CONSTRAINT orders_total_cents_present
                CHECK (total IS NULL OR total_cents IS NOT NULL) NOT VALID
        ]] {
            undo = "ALTER TABLE orders DROP CONSTRAINT orders_total_cents_present",
        },
        sql "look at the rows" "ALTER TABLE orders VALIDATE CONSTRAINT orders_total_cents_present",
    },

    -- A gate holds the plan until all of it is true. Run the plan again to look again.
    gate "nobody reads total" {
        soak "48h",
        approval "the reports use total_cents",
        sql "no row differs" [[
            SELECT count(*) = 0 AS same, count(*) AS rows_that_differ
              FROM orders
             WHERE total_cents IS DISTINCT FROM (total * 100)::bigint
        ]],
    },

    -- Contract takes the old away. It must stand behind a gate.
    contract {
        sql "the check goes with the column" "ALTER TABLE orders DROP CONSTRAINT orders_total_cents_present",
        -- Ends the sync in the same transaction. To end it and keep the column:
        -- unsync { table = "orders", from = "total", to = "total_cents" },
        drop_column { table = "orders", column = "total" },
    },
}
