--- What a hook function is given: a part of fields.lua, which see.

return {
    {
        name = "db",
        doc = "The session of the step. Values: smallint, integer and bigint are integers, real and double precision are "
            .. "numbers, boolean is a boolean, every other type is a string, NULL is `db.null`. `$1`, `$2`, ... in the SQL "
            .. "stand for the arguments behind it.",
        members = {
            { name = "null", type = "zdm.null", doc = "SQL NULL." },
            { name = "exec", args = "sql: string, ...", returns = "integer", doc = "Runs a statement; returns the number of rows it changed." },
            { name = "query", args = "sql: string, ...", returns = "table<string, any>[]", doc = "All rows, each a table by column name." },
            { name = "row", args = "sql: string, ...", returns = "table<string, any>?", doc = "The first row, or nil." },
            { name = "value", args = "sql: string, ...", returns = "any", doc = "The first column of the first row, or nil." },
            { name = "try_exec", args = "sql: string, ...", returns = "integer?, zdm.error?", doc = "`exec` that returns nil and the error." },
            { name = "try_query", args = "sql: string, ...", returns = "table<string, any>[]?, zdm.error?", doc = "`query` that returns nil and the error." },
            { name = "try_row", args = "sql: string, ...", returns = "table<string, any>?, zdm.error?", doc = "`row` that returns nil and the error." },
            { name = "try_value", args = "sql: string, ...", returns = "any, zdm.error?", doc = "`value` that returns nil and the error." },
        },
    },
    {
        name = "log",
        doc = "Writes to zdm's output and to the ledger. With arguments, the text is a format as in string.format.",
        members = {
            { name = "info", args = "text: string, ...", doc = "For the record." },
            { name = "warn", args = "text: string, ...", doc = "Somebody should look." },
        },
    },
    {
        name = "ctx",
        doc = "Where the hook runs.",
        members = {
            { name = "plan", type = "string", doc = "The plan's name." },
            { name = "step", type = "string", doc = "The step's id." },
            { name = "epoch", type = "integer", doc = "The number of this runner: each take-over raises it." },
        },
    },
    {
        name = "error",
        doc = "What `db` raises, and what its try_ methods return behind nil. tostring() gives the message.",
        members = {
            { name = "code", type = "string", doc = "The SQLSTATE; empty when the server was not reached." },
            { name = "message", type = "string", doc = "What went wrong." },
            { name = "detail", type = "string?", doc = "Facts." },
            { name = "hint", type = "string?", doc = "What to do." },
        },
    },
}
