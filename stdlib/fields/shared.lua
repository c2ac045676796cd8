--- Fields that several constructors have: a part of fields.lua, which see.

return {
    why = { name = "why", kind = "text", doc = "The reason, for people: shown in the dry run and the log." },
    allow = {
        name = "allow",
        kind = "strings",
        doc = "Ids of rules whose finding is accepted for this step. Needs `because`.",
    },
    because = {
        name = "because",
        kind = "text",
        doc = "Why the findings named in `allow` are acceptable here.",
    },
    table = {
        name = "table",
        kind = "qualified",
        required = true,
        doc = 'The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.',
    },
    retain = {
        name = "retain",
        kind = "duration",
        min = 1,
        doc = "How long it is kept under another name before it is dropped, by the server's clock.",
    },
    id = {
        name = "id",
        kind = "id",
        doc = "The step's id, when the derived one does not suit.",
    },
}
