--- Columns of a table become a table of their own.

local leaving = require "leaving"
local shared = require "fields/shared"
local split = require "split"

return {
    name = "split_table",
    doc = "Moves columns of a table into a table of their own, one row for one, while old code writes the first "
        .. "and new code the second: a new table with the primary key of the first and what hangs on the columns. "
        .. "Both are kept in step by triggers, the rows are copied in batches, and behind a gate that has seen "
        .. "every row agree the old columns are set aside, and dropped when `retain` is over.",
    notes = [[
**The new table** refers to the first (ON DELETE and ON UPDATE CASCADE). Types, defaults, NOT NULL, indexes, constraints,
rights and comments go along. A row whose columns are all NULL needs no row over there: read with LEFT JOIN.

**New rows.** A row that is not there yet gets there when old code commits, so that new code can insert into both tables in
one transaction; later it has to use INSERT ... ON CONFLICT.

**What new code writes** gets here at once, a DELETE as NULL: so the old columns lose their NOT NULL. When old and new code
write the same row at the same time, one of them may get a deadlock (40P01) and has to repeat its transaction.

**TRUNCATE** of the new table is not followed; one of the first needs CASCADE from then on, for the new table refers to it,
and a transaction to itself that has written nothing to the table.

**The way back.** From the moment in which the columns are set aside the new table alone is written: what is written then
is not in the columns that `zdm rollback` brings back.]],
    fields = {
        shared.table,
        { name = "columns", kind = "columns", required = true, doc = "The columns that go." },
        { name = "into", kind = "identifier", required = true, doc = "The new table, in the same schema." },
        {
            name = "retain",
            kind = "text",
            default = "7d",
            doc = "How long the old columns are kept under another name: see `drop_column` among the steps.",
        },
    },
    example = [[
recipe.split_table {
    table = "users",
    columns = { "bio", "avatar" },
    into = "profiles",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local into = use.identifier(v.into)
        if not t or not split.possible(t, into, use) then
            return {}
        end
        local columns, moved = leaving.columns(t, v.columns, use)
        if not columns then
            return {}
        end
        return split.blocks(t, into, columns, moved, v.retain, use)
    end,
}
