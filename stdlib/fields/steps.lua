--- The steps of expand and contract: a part of fields.lua, which see.

local locks = require "fields/locks"
local shared = require "fields/shared"

return {
    {
        name = "sql",
        id = "step",
        text = "sql",
        stands = "step",
        doc = "One or more SQL statements, in one transaction with their journal row; a statement that cannot run in a "
            .. "transaction stands alone. In a gate: a query whose first column must be true.",
        fields = locks.and_step {
            {
                name = "undo",
                kind = "undo",
                doc = "SQL that takes the step back, for `zdm rollback`; `\"nothing\"` when there is nothing to take back. "
                    .. "When not given, zdm derives it where the text leaves no doubt: what CREATE makes is dropped, ADD "
                    .. "COLUMN, ADD CONSTRAINT and RENAME are reversed, an old default and what was not NOT NULL come back; "
                    .. "not with IF NOT EXISTS or OR REPLACE. It is judged as "
                    .. "the step is, in one transaction or alone, and may be corrected when the step is done.",
            },
            {
                name = "probe",
                kind = "sql",
                doc = "A query with one boolean, \"is it done already?\", for a statement outside transactions that zdm "
                    .. "cannot settle by itself.",
            },
            shared.why,
            shared.allow,
            shared.because,
        },
        example = [=[
sql "add column" [[ALTER TABLE users ADD COLUMN email_address varchar(255)]] {
    undo = "ALTER TABLE users DROP COLUMN email_address",
}]=],
    },
    {
        name = "hook",
        id = "step",
        stands = "step",
        doc = "A Lua function of the plan, for what SQL alone cannot say. Its text is part of the step's definition; that of "
            .. "another function which it calls is not.",
        fields = locks.and_step {
            {
                name = "run",
                kind = "function",
                required = true,
                doc = "function(db, log, ctx): does the work.",
            },
            {
                name = "probe",
                kind = "function",
                doc = "function(db, log, ctx): returns true when the work is done already.",
            },
            { name = "undo", kind = "function", doc = "function(db, log, ctx): takes the work back." },
            {
                name = "transaction",
                kind = "boolean",
                default = true,
                doc = "Run in one transaction with the journal row.",
            },
            shared.why,
        },
        example = [[
hook "set owner" {
    run = function(db, log)
        local owner = db:value("SELECT pg_catalog.current_setting('app.owner', true)")
        log:info("the owner is %s", owner)
    end,
}]],
    },
    {
        name = "command",
        id = "step",
        stands = "step",
        doc = "A program, given as a list of arguments; never a shell string.",
        fields = {
            {
                name = "argv",
                kind = "argv",
                required = true,
                doc = "The program and its arguments.",
            },
            {
                name = "probe",
                kind = "argv",
                doc = "A program that exits with 0 when the work is done already.",
            },
            {
                name = "undo",
                kind = "argv",
                doc = "A program that takes it back, for `zdm rollback`, within the same `timeout`. After an interruption it "
                    .. "runs again, so it should stand that.",
            },
            {
                name = "idempotent",
                kind = "boolean",
                default = false,
                doc = "May simply run again after an interruption.",
            },
            {
                name = "timeout",
                kind = "duration",
                min = 1,
                doc = "The program is ended after this long; never when not given.",
            },
            shared.why,
        },
        example = [[command "tell the cache" { argv = { "cache-ctl", "flush", "users" }, idempotent = true }]],
    },
    {
        name = "sync",
        stands = "step",
        doc = "Keeps two columns of a table equal while old and new code both write: a trigger that copies each write to "
            .. "the other side. On INSERT, NULL in `to` means \"not written\", so an INSERT that says NULL of `to` gets the default of `from`, when "
            .. "it has one; when both are written and disagree, `to` wins. "
            .. "A change of any column that `up` names reaches `to`, by a `backfill` too; a `backfill` of `to` alone does not "
            .. "reach `from`. Two syncs of a table share no column, except `from` when both have `down`. "
            .. "Writing NULL over a NULL is no write.",
        notes = [[
**Settings.** Values are compared, and `up` and `down` computed, with the settings of zdm's own sessions
(`extra_float_digits`, `DateStyle`, `IntervalStyle`, `bytea_output`), whatever the writer's are. What else an expression
depends on (`TimeZone`, the order of day and month, `lc_monetary`, `xmloption`) is the writer's.

**Triggers of the table.** BEFORE triggers fire in the order of their names, and those of a sync begin with "zzz". One that
fires behind and sets a column of the sync is refused where its function says so in plpgsql; `zdm plan` tells. What another
one sets there does not reach the other side.

**Who fires no trigger.** Writers that play a replica (`session_replication_role = replica`), as logical replication and
some restores do: what they write does not reach the other side.]],
        fields = {
            shared.table,
            { name = "from", kind = "identifier", required = true, doc = "The old column." },
            { name = "to", kind = "identifier", required = true, doc = "The new column; it must exist and have no default." },
            {
                name = "up",
                kind = "expression",
                doc = "The value of `to`, in the columns of the row; the column `from` when not given.",
            },
            {
                name = "down",
                kind = "expression",
                doc = "The value of `from`, in the columns of the row; the column `to` when not given.",
            },
            shared.id,
            shared.why,
        },
        example = [[sync { table = "users", from = "email", to = "email_address" }]],
    },
    {
        name = "sync_columns",
        stands = "step",
        doc = "Keeps columns of a table in step with other columns of it, while old code writes the ones and new code the "
            .. "others: `sync` of several columns. `up` says what new columns are made of, `down` what old ones are. A "
            .. "write of any new column sets the old ones and leaves the new as they were written; a write of old columns "
            .. "alone sets all the new ones. On INSERT, all new columns NULL means that the old ones were written, be it "
            .. "by their defaults; when both were, and disagree, the new ones win. The `up` of a column that did not change is not asked, so "
            .. "nothing is lost where `down` and `up` do not lead back to the same values.",
        fields = {
            shared.table,
            {
                name = "up",
                kind = "assignments",
                required = true,
                doc = "The new columns, which exist and have no default, each with its value in other columns of the row.",
            },
            {
                name = "down",
                kind = "assignments",
                required = true,
                doc = "The old columns, each with its value in other columns of the row.",
            },
            shared.id,
            shared.why,
        },
        example = [[
sync_columns {
    table = "users",
    up = { first = "split_part(name, ' ', 1)", last = "split_part(name, ' ', 2)" },
    down = { name = "concat_ws(' ', first, last)" },
}]],
    },
    {
        name = "unsync",
        stands = "step",
        doc = "Ends a `sync`, and keeps both columns.",
        fields = {
            shared.table,
            { name = "from", kind = "identifier", required = true, doc = "As in the `sync`." },
            { name = "to", kind = "identifier", required = true, doc = "As in the `sync`." },
            shared.id,
            shared.why,
        },
        example = [[unsync { table = "users", from = "email", to = "email_address" }]],
    },
    {
        name = "drop_column",
        stands = "step",
        doc = "Drops a column, and with it, in the same transaction, every `sync` of this plan that reads or writes it. With "
            .. "`retain` it is only renamed here (`zdm_aside_` and its name), and dropped at the end of the plan, in the "
            .. "order of such steps, each behind a gate that opens when its time has passed: until then `zdm rollback` brings it back with its values. Who "
            .. "uses the old name fails at once. A `sync` whose `from` it is, or a `sync_columns` with it among the old ones, "
            .. "goes on writing it under the new name; without one a step before it drops its NOT NULL, since INSERTs leave it out.",
        fields = {
            shared.table,
            { name = "column", kind = "identifier", required = true, doc = "The column." },
            shared.retain,
            {
                name = "keep_values",
                kind = "keep",
                min = 1,
                doc = "Keeps its values, with the table's key, in a table beside it (`zdm_kept_` and its name, in the same schema; "
                    .. "nobody but its owner may read it), from which `zdm rollback` fills them in again, in batches, after the "
                    .. "column was dropped. `true`: until somebody drops that table; with a duration the plan waits at its end "
                    .. "and drops it. Without `retain` the column is renamed and dropped at once. Reads the catalog, so the plan "
                    .. "needs a target. See [rollback.md](rollback.md).",
            },
            shared.id,
            shared.why,
        },
        example = [[drop_column { table = "users", column = "email", retain = "7d" }]],
    },
    {
        name = "drop_table",
        stands = "step",
        doc = "Drops a table, and every `sync` of this plan on it. With `retain` it is only renamed here (`zdm_aside_` and its "
            .. "name), and dropped at the end of the plan, as such a column is: until then "
            .. "`zdm rollback` gives it its name back. Who uses the old name fails at once. Rows, indexes, constraints, "
            .. "sequences and rights stay as they are; views and foreign keys of other tables follow the table, and have to "
            .. "be dropped in steps of their own before it can be.",
        fields = {
            shared.table,
            shared.retain,
            shared.id,
            shared.why,
        },
        example = [[drop_table { table = "old_invoices", retain = "30d" }]],
    },
    {
        name = "stop_writes",
        stands = "step",
        doc = "Refuses INSERT, UPDATE, DELETE and TRUNCATE of a table, by a trigger: SQLSTATE 25006, for the owner and "
            .. "superusers as well. What arrives by logical replication is not refused. It ends with the `drop_table` of "
            .. "the plan, or its undo.",
        fields = {
            shared.table,
            {
                name = "partitions",
                kind = "tables",
                doc = "The partitions of the table at all depths, as in SQL: writes that name a partition fire no trigger "
                    .. "of the table it belongs to.",
            },
            shared.id,
            shared.why,
        },
        example = [[stop_writes { table = "old_invoices" }]],
    },
}
