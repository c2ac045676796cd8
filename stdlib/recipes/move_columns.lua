--- Columns of a table go to another one that is there already.

local able = require "move_able"
local leaving = require "leaving"
local move = require "move"
local shared = require "fields/shared"

return {
    name = "move_columns",
    doc = "Moves columns of a table into a table that is there already, one row for one, while old code writes the first and new "
        .. "code the second: the columns are added there with what hangs on them (types, defaults, indexes, constraints, "
        .. "rights, comments), both are kept in step by triggers, the rows are copied in batches, and behind a gate that has "
        .. "seen every row agree the old columns are set aside, and dropped when `retain` is over. For a new table: "
        .. "`split_table`.",
    notes = [[
**Whose row it is.** Rows belong together by `on`: a unique key over there (NOT NULL, not partial, not deferrable) that
holds a unique key of the table. A row whose columns are all NULL needs no row over there: read with LEFT JOIN. One that
has values and no row gets one, with `fill` for what that needs beside them, when old code commits, or by the copy; such
rows stay when the plan is rolled back. So new code can insert into both tables in one transaction, and later has to use
INSERT ... ON CONFLICT. The same is true of old code, which knows that table, too, and may find that a foreign key from
there which does not cascade refuses to let a row go: whether it gets along is asked of you before anything begins.

**While both are in step.** What new code writes over there is here at once. An INSERT there that leaves a column out, as
old code's does, takes what is here; one that says NULL (of a column with a default that is the same each time: the
default) cannot be told from that. A DELETE there makes the columns NULL here, whoever it is by: so they lose their NOT
NULL. A row over there that gets the key of another row takes its values along; but when a trigger gives it the key, as ON
UPDATE CASCADE does, it gets the values of its row here. A DELETE here does over there what the foreign key says; without
one the row there stays as it is, and an INSERT here of the same key that leaves columns out finds them there. NOT NULL
comes over there when old code is gone, and needs a foreign key by which each row there has one here.

**What is not seen.** Writers that play a replica (`session_replication_role`), as logical replication does, fire no
trigger: what they write stays where it is. A TRUNCATE of the other table is not followed. When old and new code write
the same row at the same time, one of them may get a deadlock (40P01) and has to repeat its transaction. Triggers of the
other table's own fire for the rows that zdm makes and changes there. An UPDATE over there that says NULL of a row to
which the copy has not come yet changes nothing, and so is no write: let new code begin when the copy is done. Without a
foreign key over there that is proven and not deferrable, two things more: when rows of both tables are inserted and
committed at the same moment, one of them may not see the other, and the gate tells that they differ; and a transaction
that gives both rows another key should not change the columns of the row here before the other one has its key. From
the moment in which the columns are set aside the other table alone is written: what is written then is not in the
columns that `zdm rollback` brings back.]],
    fields = {
        shared.table,
        { name = "columns", kind = "columns", required = true, doc = "The columns that go." },
        {
            name = "to",
            kind = "qualified",
            required = true,
            doc = "The table that gets them, in whichever schema.",
        },
        {
            name = "on",
            kind = "column_names",
            doc = "Which row over there is whose: column of `to` = column of `table`. When not given: the one foreign key of "
                .. "`to` to `table` whose columns are a unique key.",
        },
        { name = "rename", kind = "column_names", doc = "Columns that are called otherwise over there: column = name." },
        {
            name = "fill",
            kind = "assignments",
            doc = "For rows that are missing over there: column of `to` = SQL expression in the columns of `table`. Needed for "
                .. "what is NOT NULL there and has no default.",
        },
        {
            name = "retain",
            kind = "text",
            default = "7d",
            doc = "How long the old columns are kept under another name: see `drop_column` among the steps.",
        },
    },
    example = [[
recipe.move_columns {
    table = "users",
    columns = { "bio", "avatar" },
    to = "profiles",
    on = { user_id = "id" },
    rename = { avatar = "picture" },
    fill = { kind = "'basic'" },
}]],
    expand = function(v, use)
        local t, d = use.table(v.table), use.table(v.to, "to")
        if not t or not d or not able.together(t, d, use) then
            return {}
        end
        local columns, moved = leaving.columns(t, v.columns, use)
        local s = columns and able.of(t, d, v, columns, moved, use)
        return s and move.blocks(s, v.retain, use) or {}
    end,
}
