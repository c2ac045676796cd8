-- A first plan, to look at and to try:
--     zdm check                              what is unsafe in the plans of this project
--     zdm plan plans/first.lua --offline     what it would do, step by step
--     zdm run plans/first.lua --sandbox      on a throw-away PostgreSQL
-- Then make of it what you need, or remove it: zdm new NAME writes the next one, zdm recipes lists whole changes.

return plan "first" {
    api = 1,
    why = "shows what a plan is made of",

    -- Expand only adds: the application that runs now must not notice.
    expand {
        sql "make greetings" [[
            CREATE TABLE greetings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, words text NOT NULL)
        ]],
        sql "add loud" "ALTER TABLE greetings ADD COLUMN loud text",
    },

    -- Rows are changed in batches, every row exactly once, whatever is killed in between.
    backfill "fill loud" {
        table = "greetings",
        set = { loud = "upper(words)" },
        where = "loud IS NULL",
    },

    -- A gate holds the plan until all of it is true.
    gate "every row is filled" {
        sql "none is left" "SELECT count(*) = 0, count(*) AS rows_left FROM greetings WHERE loud IS NULL",
    },

    -- Contract takes the old away. It must stand behind a gate.
    contract {
        drop_column { table = "greetings", column = "words" },
    },
}
