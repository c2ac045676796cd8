-- A plan with a step of every kind.
return plan "add_name" {
    api = 1,
    why = "one place for a person's name",
    ticket = "PROJ-7",
    lock_budget = "1s",

    expand {
        sql "add column" [[
            ALTER TABLE "App".people
                ADD COLUMN full_name text
        ]] {
            why = "nullable: nothing is rewritten",
            undo = [[ALTER TABLE "App".people DROP COLUMN full_name]],
        },
        sql "index" [[CREATE INDEX CONCURRENTLY people_full_name ON "App".people (full_name)]],
        command "warm the cache" { argv = { "warm", "--table", "App.people" }, idempotent = true },
    },

    backfill "join names" {
        table = '"App".people',
        set = { full_name = "first_name || ' ' || last_name" },
        where = "full_name IS NULL",
        target = "40ms",
    },

    gate "readers are ready" {
        soak "24h",
        approval "app v2 is everywhere",
        sql "all have a name" [[
            SELECT count(*) = 0
              FROM "App".people
             WHERE full_name IS NULL
        ]],
    },

    contract {
        hook "count" {
            run = function(db)
                db:exec("SELECT 1")
            end,
        },
        sql "drop parts" [[
            ALTER TABLE "App".people DROP COLUMN first_name; -- read by v1 only
            ALTER TABLE "App".people DROP COLUMN last_name;
        ]] {
            allow = { "break-drop-column" },
            because = "v1 is gone: the gate says so",
        },
    },
}
