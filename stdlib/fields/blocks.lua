--- A plan and what it is made of: a part of fields.lua, which see.

local locks = require "fields/locks"
local shared = require "fields/shared"

return {
    {
        name = "plan",
        id = "plan",
        stands = "plan",
        entries = "blocks",
        doc = "A whole migration: the value that the file returns. Its blocks run in the order in which they stand.",
        fields = locks.and_plan {
            {
                name = "api",
                kind = "integer",
                required = true,
                min = 1,
                max = 1,
                doc = "The version of this language: 1.",
            },
            shared.why,
            { name = "ticket", kind = "text", doc = "Where the change was discussed." },
            {
                name = "after",
                kind = "plans",
                doc = "Plans that have to be done in the same database first. Until then a run ends with exit code 3.",
            },
            {
                name = "alongside",
                kind = "plans",
                needs = { "because" },
                doc = "Plans that may work on the same tables at the same time. A run is otherwise refused (exit code 4) while "
                    .. "another plan that changes one of its tables is being run, or was interrupted: one that waits at "
                    .. "a gate is in nobody's way. Needs `because`.",
            },
            {
                name = "because",
                kind = "text",
                only_with = "alongside",
                doc = "Why the plans of `alongside` do not get in each other's way.",
            },
            {
                name = "compat",
                kind = "compat",
                doc = "What the versions of the application that meet during the plan ask of the database: clients of "
                    .. "`zdm rehearse` run the statements of `old` up to the gate before contract, and those of `new` from "
                    .. "the end of expand on. A list in the list is one transaction. `:row` stands for a random number of "
                    .. "a row, `:users.id` for a value of that column from a random row, `:n` for a number that never "
                    .. "comes twice. It is no part of any step: it may change at any time.",
            },
        },
        example = [[
return plan "add_phone" {
    api = 1,
    why = "support wants to call back",
    expand {
        sql "add column" "ALTER TABLE users ADD COLUMN phone text" {
            undo = "ALTER TABLE users DROP COLUMN phone",
        },
    },
}]],
    },
    {
        name = "expand",
        stands = "block",
        entries = "steps",
        doc = "Steps that only add: the application that runs now must not notice.",
        fields = {},
        example = [[expand { sql "add column" "ALTER TABLE users ADD COLUMN phone text" }]],
    },
    {
        name = "gate",
        id = "step",
        stands = "block",
        entries = "checks",
        doc = "Holds the plan until every check in it is satisfied. A run tells its `why`, of each check whether it is open, what it saw, what "
            .. "to do about it and since when it is closed, and stops with exit code 3; `zdm status` has it too. With "
            .. "`--wait` it looks again, after a second at first and every 30 s later, or when time opens it. What the "
            .. "looks saw is kept in the target, so that a run on another machine goes on with them. A gate that opened "
            .. "stays open: `zdm log` says what it saw then, and only `zdm rollback` closes it.",
        fields = { shared.why },
        example = [[
gate "old code is gone" {
    soak "48h",
    approval "app v2 is everywhere",
    sql "nothing differs" "SELECT count(*) = 0 FROM users WHERE email_address IS DISTINCT FROM email",
}]],
    },
    {
        name = "contract",
        stands = "block",
        entries = "steps",
        doc = "Steps that take the old away. Must stand behind a gate.",
        fields = {},
        example = [[contract { drop_column { table = "users", column = "email" } }]],
    },
}
