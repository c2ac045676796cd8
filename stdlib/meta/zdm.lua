---@meta
-- Written by docs/generate.lua from stdlib/fields.lua: change it there.

---@class zdm.plan
---@class zdm.block
---@class zdm.step
---@class zdm.check
---@class zdm.sql: zdm.step, zdm.check
---@operator call(zdm.sql.fields): zdm.sql
---@class zdm.null

---SQL NULL, as what a `map` returns for a column.
---@type zdm.null
null = nil

---The session of the step. Values: smallint, integer and bigint are integers, real and double precision are numbers, boolean is a boolean, every other type is a string, NULL is `db.null`. `$1`, `$2`, ... in the SQL stand for the arguments behind it.
---@class zdm.db
---@field null zdm.null SQL NULL.
---@field exec fun(self: zdm.db, sql: string, ...: any): integer Runs a statement; returns the number of rows it changed.
---@field query fun(self: zdm.db, sql: string, ...: any): table<string, any>[] All rows, each a table by column name.
---@field row fun(self: zdm.db, sql: string, ...: any): table<string, any>? The first row, or nil.
---@field value fun(self: zdm.db, sql: string, ...: any): any The first column of the first row, or nil.
---@field try_exec fun(self: zdm.db, sql: string, ...: any): integer?, zdm.error? `exec` that returns nil and the error.
---@field try_query fun(self: zdm.db, sql: string, ...: any): table<string, any>[]?, zdm.error? `query` that returns nil and the error.
---@field try_row fun(self: zdm.db, sql: string, ...: any): table<string, any>?, zdm.error? `row` that returns nil and the error.
---@field try_value fun(self: zdm.db, sql: string, ...: any): any, zdm.error? `value` that returns nil and the error.

---Writes to zdm's output and to the ledger. With arguments, the text is a format as in string.format.
---@class zdm.log
---@field info fun(self: zdm.log, text: string, ...: any) For the record.
---@field warn fun(self: zdm.log, text: string, ...: any) Somebody should look.

---Where the hook runs.
---@class zdm.ctx
---@field plan string The plan's name.
---@field step string The step's id.
---@field epoch integer The number of this runner: each take-over raises it.

---What `db` raises, and what its try_ methods return behind nil. tostring() gives the message.
---@class zdm.error
---@field code string The SQLSTATE; empty when the server was not reached.
---@field message string What went wrong.
---@field detail string? Facts.
---@field hint string? What to do.

---When a backfill slows down and when it holds. Each signal is read about once a second by a session of its own (`zdm/PLAN/STEP/monitor`); at 70 % of a limit the rate of WAL is lowered, at the limit the backfill holds until every signal was below 70 % for three seconds. `false` turns one off. A signal that cannot be read any more holds too, except `blocked`, `commit`, `load`, `dead` and `checkpoints`.
---@class zdm.throttle
---@field lag_bytes? string|false WAL that a replica has yet to replay. (`max_lag` is the limit in time.)
---@field replicas? string[] Only these replicas count for `max_lag` and `lag_bytes`: their `application_name` in pg_stat_replication, or the address of one that has no name of its own. While one of them is not connected, it holds. When not given: all that are connected.
---@field slot_bytes? string|false WAL that a replication slot keeps; less when `max_slot_wal_keep_size` would lose the slot.
---@field archive? integer|false WAL files that wait to be archived. An `archive_command` that fails holds at once. (at least 1)
---@field blocked? string|false How long another session has waited for a lock of the backfill. (at least 1ms)
---@field commit? integer|false How many times longer than before the backfill a commit may take (the 95th percentile of zdm's own small ones). One within `target` is never too slow. (at least 2)
---@field load? boolean Compare sessions that are active, and that wait for disk or memory locks, with those before the backfill: a fifth more slows it down, twice as many hold it. Fewer than 10 (5 waiting) are no load.
---@field dead? integer|false Dead rows of the table, in percent of the live ones; fewer than 100,000 do not count. (at least 1)
---@field checkpoints? integer|false Checkpoints a minute that were forced by the amount of WAL. (at least 1)
---@field sql? string A query with one boolean, true holds; or with a number and the limit at which to hold.
---@field url? string Holds unless a HEAD request is answered with 200 (GET where HEAD is not known).
---@field file? string Holds while this file is there, on the machine where zdm runs.
---@field check? fun(ctx: zdm.ctx): boolean|string|nil function(ctx): true or a text, the reason, holds; false or nil does not. An error stops the backfill.

---@class zdm.plan.fields
---@field api integer The version of this language: 1.
---@field why? string The reason, for people: shown in the dry run and the log.
---@field ticket? string Where the change was discussed.
---@field after? string|string[] Plans that have to be done in the same database first. Until then a run ends with exit code 3.
---@field alongside? string|string[] Plans that may work on the same tables at the same time. A run is otherwise refused (exit code 4) while another plan that changes one of its tables is being run, or was interrupted: one that waits at a gate is in nobody's way. Needs `because`.
---@field because? string Why the plans of `alongside` do not get in each other's way.
---@field compat? { old: (string|string[])[]?, new: (string|string[])[]? } What the versions of the application that meet during the plan ask of the database: clients of `zdm rehearse` run the statements of `old` up to the gate before contract, and those of `new` from the end of expand on. A list in the list is one transaction. `:row` stands for a random number of a row, `:users.id` for a value of that column from a random row, `:n` for a number that never comes twice. It is no part of any step: it may change at any time.
---@field lock_budget? string The longest that one try for a strong lock waits, all tables of its step together; whoever comes after waits behind it. The first try waits 50 ms, each one after it twice as long as the one before. (1ms to 10m)
---@field lock_patience? string How long to go on trying for one lock, all tries together. (at least 1ms)
---@field lock_tries? integer How many tries at most. (1 to 100000)
---@field statement_timeout? string A statement that is believed to be brief is cancelled when it works longer than this, and the step fails without having changed anything; `0s`: never. What scans, rewrites or builds has none.
---@field old_transaction? string A strong lock is not even asked for while a transaction (or a prepared one) that holds a lock in its way is older than this, or an autovacuum to prevent wraparound works on the table; `0s`: do not look.
---@field wait_for_old_transactions? string How long to wait for these; then the step fails and names them. `0s`: it fails at once.
---@field on_blocked? string What to do with a session that stands in the way of a lock: `wait` for it, `cancel` its statement, or `terminate` it. Only sessions that the role may cancel, never those of the server itself.
---@field on_blocked_age? string ... when its transaction is at least this old.
---@field on_blocked_application? string ... and its `application_name` matches.
---@field [integer] zdm.block

---A whole migration: the value that the file returns. Its blocks run in the order in which they stand.
---
---```lua
---return plan "add_phone" {
---    api = 1,
---    why = "support wants to call back",
---    expand {
---        sql "add column" "ALTER TABLE users ADD COLUMN phone text" {
---            undo = "ALTER TABLE users DROP COLUMN phone",
---        },
---    },
---}
---```
---@param id string
---@return fun(body: zdm.plan.fields): zdm.plan
function plan(id) end

---@class zdm.expand.fields
---@field [integer] zdm.step

---Steps that only add: the application that runs now must not notice.
---
---```lua
---expand { sql "add column" "ALTER TABLE users ADD COLUMN phone text" }
---```
---@param body zdm.expand.fields
---@return zdm.block
function expand(body) end

---@class zdm.gate.fields
---@field why? string The reason, for people: shown in the dry run and the log.
---@field [integer] zdm.check

---Holds the plan until every check in it is satisfied. A run tells its `why`, of each check whether it is open, what it saw, what to do about it and since when it is closed, and stops with exit code 3; `zdm status` has it too. With `--wait` it looks again, after a second at first and every 30 s later, or when time opens it. What the looks saw is kept in the target, so that a run on another machine goes on with them. A gate that opened stays open: `zdm log` says what it saw then, and only `zdm rollback` closes it.
---
---```lua
---gate "old code is gone" {
---    soak "48h",
---    approval "app v2 is everywhere",
---    sql "nothing differs" "SELECT count(*) = 0 FROM users WHERE email_address IS DISTINCT FROM email",
---}
---```
---@param id string
---@return fun(body: zdm.gate.fields): zdm.block
function gate(id) end

---@class zdm.contract.fields
---@field [integer] zdm.step

---Steps that take the old away. Must stand behind a gate.
---
---```lua
---contract { drop_column { table = "users", column = "email" } }
---```
---@param body zdm.contract.fields
---@return zdm.block
function contract(body) end

---@class zdm.backfill.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field set? table<string, string> What to change: column = SQL expression in the columns of the row.
---@field delete? true Deletes the rows; takes `where`. Foreign keys that cascade make a batch longer than its rows.
---@field copy? { into: string, columns: table<string, string>?, on_conflict: string } Inserts the rows into another table. `into`: the table. `columns`: its columns and their values, as in `set`; when not given, every column that both tables have and that is not generated. `on_conflict`, always to be said: `error`; `nothing` keeps the row that is there and leaves the new one out; `update` overwrites it.
---@field map? fun(row: table<string, any>): table<string, any>? function(row): what SQL cannot say. `row` has the columns of `read`; the function returns a table of new values for columns of `write`: a string, a number, a boolean, or `null` for SQL NULL. A column that is not in it keeps its value; nil leaves the row as it is. See below.
---@field read? string|string[] The columns that `map` gets.
---@field write? string|string[] The columns that `map` may change.
---@field where? string Which rows still need it; all when not given.
---@field where_becomes_false? boolean The change makes `where` false in each row that it is made in; with `set` and `map`. Every batch checks that in its rows, and fails as a whole otherwise (`zdm plan --sample` tries it before). So a row that is done never looks like one that is not, whatever is set: the final sweep asks `where` alone, for `map` and for `n = n + 1` too, and no row is changed twice when its key is changed meanwhile. See "What is certain". In a table without a key it is so in any case.
---@field key? string|string[] The column or columns to walk along, those of a unique index of NOT NULL columns. When not given: the primary key, or else the narrowest such index. A table without any is walked page by page, again and again until no row is left for `where`, which `set` or `map` must then make false, for every such row; it cannot be copied. Each partition of a partitioned table has a key of its own, or none.
---@field undo? string SQL that takes it back, in one transaction, for `zdm rollback`; `"nothing"` when what it changed may stay. Not needed when the undo of an earlier step drops the columns or the table that it fills.
---@field target? string How long a batch should take. Nobody waits longer for a row than a batch takes. One that takes 20 times as long, and a second at least, is cancelled and done again in smaller ones. (5ms to 5s)
---@field batch_min? integer The fewest rows of a batch. (1 to 1000000)
---@field batch_max? integer The most rows of a batch. Along a random key, such as a `uuid`, it is a measure: where looking up the ends of batches would take too much of the time they are computed. (1 to 1000000)
---@field lock_timeout? string How long a batch waits for a row that somebody else has locked. (1ms to 1m)
---@field workers? integer How many batches to run at the same time, each in a session of its own. Two are about half as fast again as one; more than a quarter of the server's processors is felt by everybody. When a signal of `throttle` comes near its limit workers leave, all but one, before anything else slows down; each comes back after ten seconds of calm. (1 to 16)
---@field stripes? integer In how many interleaved batches to do a range of rows, where that keeps rows on their pages (no index holds a column that is set): less WAL, hardly any growth. Left out where rows lie in random order of the key, since that does the same. 1: never. (1 to 64)
---@field synchronous_commit? string The setting of that name for the batches: `on`, `off`, `local`, `remote_write` or `remote_apply`; the role's or the database's own when not given. With `off` a batch does not wait for the disk, with `remote_apply` it waits until a synchronous standby shows it. That a backfill is done is always written to disk first, and everything before it.
---@field pause? string A rest after each batch. (0ms to 1h)
---@field max_lag? string Wait while a replica is further behind in replaying; `0s`: do not look. Seeing replicas takes the role pg_monitor. (0ms to 24h)
---@field wal_rate? string The most WAL to write in a second. (at least 262144)
---@field throttle? zdm.throttle|fun(ctx: zdm.ctx): boolean|string|nil What else slows it down and holds it: see below. A function stands for `{ check = function }`.
---@field max_throttled? string Held longer than this at a stretch, it warns; it goes on holding. `0s`: never.
---@field max_quarantine? integer How many rows to leave behind that the server refuses because of their data (SQLSTATE 22*, 23*, P0001), or on which the function of a `map` fails (ZDM01). Each is found, and goes into quarantine with its key and the error: `zdm quarantine` lists and retries them, and no contract step begins before none is left. One more than that stops the backfill; 0: the first one does. (0 to 100000)
---@field quarantine_values? boolean Keep what is in these rows beside their keys, too, and the error word for word. Otherwise what stands in quotation marks in it is left out, since it may be a value; what a trigger says without any is kept.
---@field vacuum? boolean VACUUM the table between batches when a fifth of it, and 100,000 rows, died since the last time, unless hardly any row is left to take their room; and ANALYZE it at the end. Neither waits for a lock.
---@field verify? boolean At the end, read the table once more, for rows that still need it: those that somebody wrote behind the cursor or beyond its bound. See below.
---@field allow? string[] Ids of rules whose finding is accepted for this step. Needs `because`.
---@field because? string Why the findings named in `allow` are acceptable here.
---@field why? string The reason, for people: shown in the dry run and the log.

---Changes, deletes or copies the rows of a table in small batches, each exactly once. It says one of `set`, `delete`, `copy` and `map`.
---
---```lua
---backfill "copy email" {
---    table = "users",
---    set = { email_address = "email" },
---    where = "email_address IS DISTINCT FROM email",
---}
---```
---@param id string
---@return fun(body: zdm.backfill.fields): zdm.block
function backfill(id) end

---@class zdm.sql.fields
---@field undo? string SQL that takes the step back, for `zdm rollback`; `"nothing"` when there is nothing to take back. When not given, zdm derives it where the text leaves no doubt: what CREATE makes is dropped, ADD COLUMN, ADD CONSTRAINT and RENAME are reversed, an old default and what was not NOT NULL come back; not with IF NOT EXISTS or OR REPLACE. It is judged as the step is, in one transaction or alone, and may be corrected when the step is done.
---@field probe? string A query with one boolean, "is it done already?", for a statement outside transactions that zdm cannot settle by itself.
---@field why? string The reason, for people: shown in the dry run and the log.
---@field allow? string[] Ids of rules whose finding is accepted for this step. Needs `because`.
---@field because? string Why the findings named in `allow` are acceptable here.
---@field lock_budget? string As in `plan`, for this step. (1ms to 10m)
---@field lock_patience? string As in `plan`, for this step. (at least 1ms)
---@field lock_tries? integer As in `plan`, for this step. (1 to 100000)
---@field statement_timeout? string As in `plan`, for this step.
---@field old_transaction? string As in `plan`, for this step.
---@field wait_for_old_transactions? string As in `plan`, for this step.
---@field on_blocked? string As in `plan`, for this step.
---@field on_blocked_age? string As in `plan`, for this step.
---@field on_blocked_application? string As in `plan`, for this step.

---One or more SQL statements, in one transaction with their journal row; a statement that cannot run in a transaction stands alone. In a gate: a query whose first column must be true.
---
---```lua
---sql "add column" [[ALTER TABLE users ADD COLUMN email_address varchar(255)]] {
---    undo = "ALTER TABLE users DROP COLUMN email_address",
---}
---```
---@param id string
---@return fun(text: string): zdm.sql
function sql(id) end

---@class zdm.hook.fields
---@field run fun(db: zdm.db, log: zdm.log, ctx: zdm.ctx): boolean? function(db, log, ctx): does the work.
---@field probe? fun(db: zdm.db, log: zdm.log, ctx: zdm.ctx): boolean? function(db, log, ctx): returns true when the work is done already.
---@field undo? fun(db: zdm.db, log: zdm.log, ctx: zdm.ctx): boolean? function(db, log, ctx): takes the work back.
---@field transaction? boolean Run in one transaction with the journal row.
---@field why? string The reason, for people: shown in the dry run and the log.
---@field lock_budget? string As in `plan`, for this step. (1ms to 10m)
---@field lock_patience? string As in `plan`, for this step. (at least 1ms)
---@field lock_tries? integer As in `plan`, for this step. (1 to 100000)
---@field statement_timeout? string As in `plan`, for this step.
---@field old_transaction? string As in `plan`, for this step.
---@field wait_for_old_transactions? string As in `plan`, for this step.
---@field on_blocked? string As in `plan`, for this step.
---@field on_blocked_age? string As in `plan`, for this step.
---@field on_blocked_application? string As in `plan`, for this step.

---A Lua function of the plan, for what SQL alone cannot say. Its text is part of the step's definition; that of another function which it calls is not.
---
---```lua
---hook "set owner" {
---    run = function(db, log)
---        local owner = db:value("SELECT pg_catalog.current_setting('app.owner', true)")
---        log:info("the owner is %s", owner)
---    end,
---}
---```
---@param id string
---@return fun(body: zdm.hook.fields): zdm.step
function hook(id) end

---@class zdm.command.fields
---@field argv string[] The program and its arguments.
---@field probe? string[] A program that exits with 0 when the work is done already.
---@field undo? string[] A program that takes it back, for `zdm rollback`, within the same `timeout`. After an interruption it runs again, so it should stand that.
---@field idempotent? boolean May simply run again after an interruption.
---@field timeout? string The program is ended after this long; never when not given. (at least 1ms)
---@field why? string The reason, for people: shown in the dry run and the log.

---A program, given as a list of arguments; never a shell string.
---
---```lua
---command "tell the cache" { argv = { "cache-ctl", "flush", "users" }, idempotent = true }
---```
---@param id string
---@return fun(body: zdm.command.fields): zdm.step
function command(id) end

---@class zdm.sync.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field from string The old column.
---@field to string The new column; it must exist and have no default.
---@field up? string The value of `to`, in the columns of the row; the column `from` when not given.
---@field down? string The value of `from`, in the columns of the row; the column `to` when not given.
---@field id? string The step's id, when the derived one does not suit.
---@field why? string The reason, for people: shown in the dry run and the log.

---Keeps two columns of a table equal while old and new code both write: a trigger that copies each write to the other side. On INSERT, NULL in `to` means "not written", so an INSERT that says NULL of `to` gets the default of `from`, when it has one; when both are written and disagree, `to` wins. A change of any column that `up` names reaches `to`, by a `backfill` too; a `backfill` of `to` alone does not reach `from`. Two syncs of a table share no column, except `from` when both have `down`. Writing NULL over a NULL is no write.
---
---```lua
---sync { table = "users", from = "email", to = "email_address" }
---```
---@param body zdm.sync.fields
---@return zdm.step
function sync(body) end

---@class zdm.sync_columns.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field up table<string, string> The new columns, which exist and have no default, each with its value in other columns of the row.
---@field down table<string, string> The old columns, each with its value in other columns of the row.
---@field id? string The step's id, when the derived one does not suit.
---@field why? string The reason, for people: shown in the dry run and the log.

---Keeps columns of a table in step with other columns of it, while old code writes the ones and new code the others: `sync` of several columns. `up` says what new columns are made of, `down` what old ones are. A write of any new column sets the old ones and leaves the new as they were written; a write of old columns alone sets all the new ones. On INSERT, all new columns NULL means that the old ones were written, be it by their defaults; when both were, and disagree, the new ones win. The `up` of a column that did not change is not asked, so nothing is lost where `down` and `up` do not lead back to the same values.
---
---```lua
---sync_columns {
---    table = "users",
---    up = { first = "split_part(name, ' ', 1)", last = "split_part(name, ' ', 2)" },
---    down = { name = "concat_ws(' ', first, last)" },
---}
---```
---@param body zdm.sync_columns.fields
---@return zdm.step
function sync_columns(body) end

---@class zdm.unsync.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field from string As in the `sync`.
---@field to string As in the `sync`.
---@field id? string The step's id, when the derived one does not suit.
---@field why? string The reason, for people: shown in the dry run and the log.

---Ends a `sync`, and keeps both columns.
---
---```lua
---unsync { table = "users", from = "email", to = "email_address" }
---```
---@param body zdm.unsync.fields
---@return zdm.step
function unsync(body) end

---@class zdm.drop_column.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field column string The column.
---@field retain? string How long it is kept under another name before it is dropped, by the server's clock. (at least 1ms)
---@field keep_values? true|string Keeps its values, with the table's key, in a table beside it (`zdm_kept_` and its name, in the same schema; nobody but its owner may read it), from which `zdm rollback` fills them in again, in batches, after the column was dropped. `true`: until somebody drops that table; with a duration the plan waits at its end and drops it. Without `retain` the column is renamed and dropped at once. Reads the catalog, so the plan needs a target. See [rollback.md](rollback.md). (at least 1)
---@field id? string The step's id, when the derived one does not suit.
---@field why? string The reason, for people: shown in the dry run and the log.

---Drops a column, and with it, in the same transaction, every `sync` of this plan that reads or writes it. With `retain` it is only renamed here (`zdm_aside_` and its name), and dropped at the end of the plan, in the order of such steps, each behind a gate that opens when its time has passed: until then `zdm rollback` brings it back with its values. Who uses the old name fails at once. A `sync` whose `from` it is, or a `sync_columns` with it among the old ones, goes on writing it under the new name; without one a step before it drops its NOT NULL, since INSERTs leave it out.
---
---```lua
---drop_column { table = "users", column = "email", retain = "7d" }
---```
---@param body zdm.drop_column.fields
---@return zdm.step
function drop_column(body) end

---@class zdm.drop_table.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field retain? string How long it is kept under another name before it is dropped, by the server's clock. (at least 1ms)
---@field id? string The step's id, when the derived one does not suit.
---@field why? string The reason, for people: shown in the dry run and the log.

---Drops a table, and every `sync` of this plan on it. With `retain` it is only renamed here (`zdm_aside_` and its name), and dropped at the end of the plan, as such a column is: until then `zdm rollback` gives it its name back. Who uses the old name fails at once. Rows, indexes, constraints, sequences and rights stay as they are; views and foreign keys of other tables follow the table, and have to be dropped in steps of their own before it can be.
---
---```lua
---drop_table { table = "old_invoices", retain = "30d" }
---```
---@param body zdm.drop_table.fields
---@return zdm.step
function drop_table(body) end

---@class zdm.stop_writes.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field partitions? string[] The partitions of the table at all depths, as in SQL: writes that name a partition fire no trigger of the table it belongs to.
---@field id? string The step's id, when the derived one does not suit.
---@field why? string The reason, for people: shown in the dry run and the log.

---Refuses INSERT, UPDATE, DELETE and TRUNCATE of a table, by a trigger: SQLSTATE 25006, for the owner and superusers as well. What arrives by logical replication is not refused. It ends with the `drop_table` of the plan, or its undo.
---
---```lua
---stop_writes { table = "old_invoices" }
---```
---@param body zdm.stop_writes.fields
---@return zdm.step
function stop_writes(body) end

---Opens when this much time has gone by, on the server's clock, since the last step before the gate.
---
---```lua
---soak "48h"
---```
---@param id string
---@return zdm.check
function soak(id) end

---@class zdm.approval.fields
---@field approvals? integer How many people must approve. (1 to 100)
---@field by? string[] Only these may: `ann`, or `ann@laptop` on that host alone.
---@field not_runner? boolean Who has run a step of the plan, or runs it now, may not.

---Opens when somebody says `zdm approve`, or as many as are asked for. Who somebody is, is `user@host` as `zdm log` shows it: a record among people who may write to the journal, no proof. A user counts as one person on all hosts.
---
---```lua
---approval "app v2 is everywhere" { approvals = 2, by = { "ann", "bob", "carol" }, not_runner = true }
---```
---@param id string
---@return zdm.check|fun(body: zdm.approval.fields): zdm.check
function approval(id) end

---@class zdm.not_before.fields
---@field time string When.
---@field zone string The time zone, as the server knows it: "Europe/Berlin", "UTC". `zdm run` asks it before the first step.

---Opens at a time, by the server's clock.
---
---```lua
---not_before { time = "2026-12-01 09:00", zone = "Europe/Berlin" }
---```
---@param body zdm.not_before.fields
---@return zdm.check
function not_before(body) end

---@class zdm.window.fields
---@field from string The first minute.
---@field to string The first minute behind it; before `from`: on the next day.
---@field zone string The time zone, as the server knows it: "Europe/Berlin", "UTC". `zdm run` asks it before the first step.
---@field days? string[] The days on which it begins; every day when not given.

---Opens between two times of day, by the server's clock. It is asked when the plan gets to the gate: what begins inside may end outside.
---
---```lua
---window { from = "22:00", to = "05:00", zone = "Europe/Berlin", days = { "mon", "tue", "wed" } }
---```
---@param body zdm.window.fields
---@return zdm.check
function window(body) end

---@class zdm.no_clients.fields
---@field application? string Their application_name, as a pattern of LIKE: `app-v1%`.
---@field user? string Their role, as a pattern of LIKE.
---@field address? string Their address or network: `10.1.0.0/16`.

---Opens when nobody like that is connected to the database: every field that is given has to fit. Addresses, and sessions without a name, are only shown to the role pg_read_all_stats.
---
---```lua
---no_clients "the old app is gone" { application = "app-v1%" }
---```
---@param id string
---@return fun(body: zdm.no_clients.fields): zdm.check
function no_clients(id) end

---Opens when no transaction of the database has been open longer than this, prepared ones included. Sessions of other roles are only shown to the role pg_read_all_stats.
---
---```lua
---no_long_transactions "1m"
---```
---@param id string
---@return zdm.check
function no_long_transactions(id) end

---Opens when every replica has replayed what is older than this: it looks where the WAL ends, and waits for replicas to get there, for 3 s at most; one that takes longer opens it when it goes on answering and says itself that it is less far behind. A replication slot that nobody reads is a replica that is gone, and keeps the gate closed; without any replica it is open. Takes the role pg_monitor.
---
---```lua
---replica_lag "5s"
---```
---@param id string
---@return zdm.check
function replica_lag(id) end

---@class zdm.consistent.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field from? string The old column, when there is no `up`.
---@field to string The new column.
---@field up? string What `to` should be, in the columns of the row.
---@field sample? integer How many per cent of the table's pages to look at; all when these hold no row. (1 to 100)
---@field timeout? string How long to look. It reads the whole table, in one snapshot. (1ms to 576h)

---Opens when no row differs: `to` is what `up` makes of the row. Says how many rows there are, how many differ, how many of these have NULL in `to`, and up to five of their keys. An error when row-level security would hide rows from the role.
---
---```lua
---consistent { table = "users", from = "email", to = "email_address" }
---```
---@param body zdm.consistent.fields
---@return zdm.check
function consistent(body) end

---@class zdm.http.fields
---@field url string Whom to ask.
---@field status? integer The code of the answer. (100 to 599)
---@field body? string What the first 64 kB of the answer must hold.
---@field timeout? string How long to wait for the answer. (1ms to 10m)

---Opens when a GET request is answered as it should be.
---
---```lua
---http "health" { url = "https://app.example.com/health", body = "schema: *v2" }
---```
---@param id string
---@return fun(body: zdm.http.fields): zdm.check
function http(id) end

---@class zdm.flag.fields
---@field is string The value that opens the gate, to the letter.
---@field sql? string A query with one value (a boolean is `true` or `false`). It sees the rows that row-level security shows to the role.
---@field file? string A file, on the machine where zdm runs.
---@field env? string A variable of zdm's environment.
---@field url? string What a GET request is answered with, by code 200.
---@field timeout? string How long to wait for the answer. (1ms to 10m)

---Opens when a feature flag has a value. It says where to find it, one of `sql`, `file`, `env` and `url`; space at the ends does not count.
---
---```lua
---flag "new reads are on" { url = "https://flags.example.com/new_reads", is = "on" }
---```
---@param id string
---@return fun(body: zdm.flag.fields): zdm.check
function flag(id) end

---@class zdm.unused.fields
---@field quiet? string For how long nobody used them: longer than the longest pause between two runs of any job. (1ms to 8784h)
---@field ignore_roles? string[] Statements of these roles do not count: backups, monitoring.
---@field ignore_functions? string[] Functions and procedures that do not use it, or that nobody calls, with the types of their arguments: `"app.greet(integer)"`.
---@field ignore_aliases? string[] For PostgreSQL 18 and newer: aliases, and names of relations, under which no statement means what is looked for.
---@field replicas? string[] Replicas to ask too, each by its host or a service: what runs there is counted there. What is not given (database, role and its password, TLS) is as for the target. One that cannot be asked, or is no replica of the target, keeps the gate closed. Logical replicas cannot be asked.
---@field [integer] string

---Opens when none of these columns, tables and indexes was used for a time: `users.email`, `app.users.email`, `app.old_table`, `users_email_idx`. What the catalog has under a name decides what it is. Columns are judged by statements, indexes by the server's counts of their scans, tables by both. Needs pg_stat_statements (1.9 or newer) for columns and tables, and the role pg_read_all_stats.
---
---```lua
---unused { "users.email", "users_email_idx", quiet = "8d", ignore_roles = { "backup" } }
---```
---@param body zdm.unused.fields
---@return zdm.check
function unused(body) end

---@class zdm.quarantine_empty.fields
---@field step? string Of this backfill only.

---Opens when no row that a backfill of this plan set aside is left in quarantine. Contract steps wait for that in any case; this holds what stands before them.
---
---```lua
---quarantine_empty {}
---```
---@param body zdm.quarantine_empty.fields
---@return zdm.check
function quarantine_empty(body) end

---@class zdm.check.fields
---@field run fun(db: zdm.db, log: zdm.log, ctx: zdm.ctx): boolean, string? function(db, log, ctx): returns true or false, and then a text for the record: what it saw.

---Opens when a Lua function of the plan returns true. It gets what a hook gets, with 100 million instructions and 64 MB of memory; `db` is in one read-only transaction, 30 seconds for each statement. Its text is part of the gate's definition; that of another function which it calls is not.
---
---```lua
---check "all orders are settled" {
---    run = function(db)
---        local open = db:value "SELECT count(*) FROM orders WHERE NOT settled"
---        return open == 0, ("%d open orders"):format(open)
---    end,
---}
---```
---@param id string
---@return fun(body: zdm.check.fields): zdm.check
function check(id) end

---@class zdm.recipe.rename_column.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field from string The column.
---@field to string Its new name.
---@field versions? { old: string, new: string, clients: string? } Shows the table to old and new code as each knows it, by a view in the schema `old` and one in `new`, as `recipe.versions` does, which see: who sets `search_path` to `app_v1, public` sees the old shape alone, until contract; who sets it to `app_v2, public` the new one. With `clients`, the pattern of old code's application_name, the gate is closed while one is connected.

---@class zdm.recipe.change_type.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field column string The column.
---@field type string Its new type, as in SQL; with COLLATE, if need be.
---@field using? string The new value, in the columns of the row, as in ALTER TYPE ... USING; write the column without its table.
---@field down? string The old value, in the columns of the row, where the column's name means the new value.
---@field nulls? boolean `using` may make NULL of a value, and that is meant. Otherwise such rows hold the plan.
---@field default? string The new default, when there is one and `using` is given.
---@field time_zone? string Between timestamp and timestamptz: where the clock of the values without a zone stood.
---@field references? boolean Change the columns that refer to it by a foreign key along with it.
---@field versions? { old: string, new: string, clients: string? } Shows the table to old and new code as each knows it, by a view in the schema `old` and one in `new`, as `recipe.versions` does, which see: who sets `search_path` to `app_v1, public` sees the old shape alone, until contract; who sets it to `app_v2, public` the new one. With `clients`, the pattern of old code's application_name, the gate is closed while one is connected.

---@class zdm.recipe.add_primary_key.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field columns? string|string[] The column or columns of the key.
---@field identity? string A new column that counts: the key.
---@field name? string The constraint's name; TABLE_pkey when not given.

---@class zdm.recipe.replace_primary_key.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field columns string|string[] The column or columns of the new key.
---@field keep? boolean The old key's columns stay unique, for good.

---@class zdm.recipe.add_generated.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field column string The new column.
---@field type string Its type, as in SQL; with COLLATE, if need be.
---@field expression string What it is, in the columns of the row.
---@field not_null? boolean It is NOT NULL in the end.

---@class zdm.recipe.rename_table.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field to string The new name, in the same schema.
---@field versions? { old: string, new: string, clients: string? } Shows the table to old and new code as each knows it, by a view in the schema `old` and one in `new`, as `recipe.versions` does, which see: who sets `search_path` to `app_v1, public` sees the old shape alone, until contract; who sets it to `app_v2, public` the new one. With `clients`, the pattern of old code's application_name, the gate is closed while one is connected.

---@class zdm.recipe.add_required_column.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field column string The new column.
---@field type string Its type, as in SQL; with COLLATE, if need be.
---@field default? string What rows get that do not say.
---@field fill? string What rows get that are there already; the default when not given.

---@class zdm.recipe.set_not_null.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field column string The column.
---@field fill? string What rows get that are NULL now, in batches; they keep it when the plan is taken back. A row that has none then, or without it, stops the plan.

---@class zdm.recipe.drop_not_null.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field column string The column.

---@class zdm.recipe.set_default.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field column string The column.
---@field default? string The new default. Without it the column has none.

---@class zdm.recipe.add_check.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field name string The constraint's name.
---@field check string What must not be false.

---@class zdm.recipe.add_foreign_key.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field columns string|string[] The column or columns here.
---@field references string The other table.
---@field to? string|string[] Its columns; its primary key when not given.
---@field name? string The constraint's name; TABLE_COLUMNS_fkey when not given.
---@field on_delete? string What a DELETE over there does here.
---@field on_update? string What an UPDATE of the key over there does here.
---@field index? boolean Build an index on the columns where there is none.

---@class zdm.recipe.add_unique.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field columns string|string[] The column or columns.
---@field name? string The constraint's name; TABLE_COLUMNS_key when not given.

---@class zdm.recipe.create_index.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field name string The index's name.
---@field keys string What is indexed, as in SQL: `org, lower(email) DESC`.
---@field unique? boolean Two rows may not have the same keys.
---@field using? string Access method; `btree` when not given.
---@field include? string|string[] Columns that are stored along.
---@field where? string Only rows for which this holds.

---@class zdm.recipe.drop_index.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field name string The index's name.
---@field quiet? string How long nobody may have used it: see `unused`.
---@field unique? boolean The index is unique, and goes nevertheless: it keeps duplicates out and INSERT ... ON CONFLICT may need it, none of which the gate sees.

---@class zdm.recipe.replace_index.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field from string The index.
---@field keys string What is indexed from now on, as in SQL: `org, lower(email) DESC`.
---@field unique? boolean Two rows may not have the same keys.
---@field using? string Access method; `btree` when not given.
---@field include? string|string[] Columns that are stored along.
---@field where? string Only rows for which this holds.
---@field duplicates? boolean The old one keeps rows out that the new one lets in, for it is not unique, or has other keys; that is meant.

---@class zdm.recipe.drop_column.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field column string The column.
---@field quiet? string The gate also asks that nobody used the column for so long: see `unused`, which takes pg_stat_statements.
---@field retain? string How long it is kept under another name: see `drop_column` among the steps.
---@field along? string|string[] Names of indexes and constraints of other columns too that may go with it.

---@class zdm.recipe.drop_constraint.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field name string The constraint's name.

---@class zdm.recipe.drop_table.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field quiet? string The second gate also asks that nobody used the table for so long: see `unused`, which takes pg_stat_statements.
---@field retain? string How long it is kept under another name: see `drop_table` among the steps.

---@class zdm.recipe.add_exclusion.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field name string The constraint's name.
---@field elements string What excludes what, as in SQL: `room WITH =, during WITH &&`.
---@field using? string Access method. gist has `=` of integers and texts by the extension btree_gist.
---@field where? string Only rows for which this holds.
---@field max_size? string The largest table, without indexes, that may be locked for the build.

---@class zdm.recipe.copy_table.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field order? string|string[] The columns in their new order, all of them; as they are when not given. Columns of fixed length, the widest first, take the least room. `SELECT *` and INSERTs that name no columns follow the order.

---@class zdm.recipe.partition_table.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field range? string The column whose ranges are partitions: NOT NULL.
---@field hash? string The column whose hash says which partition: NOT NULL.
---@field every? string With `range` over a date or timestamp: one partition for each, from `from` up to `to`. Days are those of UTC.
---@field from? string The first day: "2026-01-01".
---@field to? string The day behind the last.
---@field bounds? string[] With `range`: where the partitions begin, and where the last ends.
---@field partitions? integer With `hash`: how many. (2 to 1000)
---@field default? boolean With `range`: one more partition for rows that no other takes. Without it a write of such a row fails.
---@field same_partition? string|string[] Triggers BEFORE INSERT that leave each row in its partition, which zdm cannot tell of them: see below.

---@class zdm.recipe.attach_partition.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field partition string The table that becomes a partition.
---@field from? string|string[] By range: where it begins, as `"2026-01-01"`, or a list with a text for each key; MINVALUE is before all.
---@field to? string|string[] By range: where the next one begins; MAXVALUE is behind all.
---@field values? string|string[] By list: the values of the key.
---@field null? boolean By list: rows without a key, too.
---@field modulus? integer By hash: by what it is divided. (at least 1)
---@field remainder? integer By hash: what is left.
---@field default? true It takes the rows that no other partition takes.
---@field scan? boolean ATTACH may read the whole table under ACCESS EXCLUSIVE, where no CHECK can prove the bound.

---@class zdm.recipe.detach_partition.fields
---@field table string The partitioned table.
---@field partition string Its partition.
---@field retain? string Drop the table when it was kept aside under another name for so long: see `drop_table` among the steps.

---@class zdm.recipe.versions.fields
---@field old string The schema of old code.
---@field new string The schema of new code.
---@field tables string[] The tables that code uses.
---@field rename? table<string, string> How new code calls columns: the column, behind its table as in `tables`, and its new name.
---@field without? string[] Columns that new code does not see, behind their tables. They need a default, or may be NULL.
---@field added? string[] Columns that old code does not see, behind their tables: those that the plan adds before.
---@field clients? string The application_name of old code, as a pattern of LIKE: the gate is closed while one is connected.

---@class zdm.recipe.split_column.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field column string The column.
---@field into table<string, string> The new columns, each with its value in other columns of the row.
---@field join string The value of the column, in the new ones.
---@field types? table<string, string> The types of new columns, as in SQL: that of the old column when not given.
---@field retain? string How long what goes is kept under another name: see `drop_column` among the steps.
---@field along? string|string[] Names of indexes and constraints of other columns too that may go.
---@field versions? { old: string, new: string, clients: string? } Shows the table to old and new code as each knows it, by a view in the schema `old` and one in `new`, as `recipe.versions` does, which see: who sets `search_path` to `app_v1, public` sees the old shape alone, until contract; who sets it to `app_v2, public` the new one. With `clients`, the pattern of old code's application_name, the gate is closed while one is connected.

---@class zdm.recipe.merge_columns.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field from table<string, string> The columns that go, each with its value in the new one.
---@field into string The new column.
---@field join string Its value, in other columns of the row.
---@field type? string Its type, as in SQL; with COLLATE, if need be.
---@field retain? string How long what goes is kept under another name: see `drop_column` among the steps.
---@field along? string|string[] Names of indexes and constraints of other columns too that may go.
---@field versions? { old: string, new: string, clients: string? } Shows the table to old and new code as each knows it, by a view in the schema `old` and one in `new`, as `recipe.versions` does, which see: who sets `search_path` to `app_v1, public` sees the old shape alone, until contract; who sets it to `app_v2, public` the new one. With `clients`, the pattern of old code's application_name, the gate is closed while one is connected.

---@class zdm.recipe.split_table.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field columns string|string[] The columns that go.
---@field into string The new table, in the same schema.
---@field retain? string How long the old columns are kept under another name: see `drop_column` among the steps.

---@class zdm.recipe.move_columns.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field columns string|string[] The columns that go.
---@field to string The table that gets them, in whichever schema.
---@field on? table<string, string> Which row over there is whose: column of `to` = column of `table`. When not given: the one foreign key of `to` to `table` whose columns are a unique key.
---@field rename? table<string, string> Columns that are called otherwise over there: column = name.
---@field fill? table<string, string> For rows that are missing over there: column of `to` = SQL expression in the columns of `table`. Needed for what is NOT NULL there and has no default.
---@field retain? string How long the old columns are kept under another name: see `drop_column` among the steps.

---@class zdm.recipe.enum_add_value.fields
---@field type string The type, as in SQL: `mood`, `app.mood`.
---@field value string The new value.
---@field before? string The value that follows it; at the end when neither is given.
---@field after? string The value that it follows.

---@class zdm.recipe.enum_replace.fields
---@field type string The enum, as in SQL: `mood`, `app.mood`.
---@field values string[] All its values from then on, in their order.
---@field map? table<string, string> What an old value becomes: `{ old = "new" }`. Others keep their name.

---@class zdm.recipe.backup_rows.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field where string Which rows.
---@field into string The new table; in the schema of the other when not given.
---@field delete? boolean Delete the rows.

---@class zdm.recipe.soft_delete.fields
---@field table string The table, as in SQL: `users`, `app.users`, `"My Schema"."T"`.
---@field column? string The new column.
---@field view string The name of the view, in the schema of the table.
---@field indexes? string|string[] Names of indexes, of UNIQUE constraints too, that are replaced by ones of the living rows.
---@field deletes? boolean A DELETE marks the row, by a trigger.

---@class zdm.recipe
---@field rename_column fun(body: zdm.recipe.rename_column.fields): zdm.block Gives a column another name while old and new code run side by side: a second column with everything that hangs on the first (type, collation, storage, rights, comment, indexes, constraints, keys), kept equal by triggers; behind a gate the first is dropped.
---@field change_type fun(body: zdm.recipe.change_type.fields): zdm.block Gives a column another type without a rewrite: a second column with everything that hangs on the first, kept equal by triggers; then one short transaction swaps the names of the columns, their indexes and constraints. The old column follows the new one until contract, so that the swap can be taken back without loss.
---@field add_primary_key fun(body: zdm.recipe.add_primary_key.fields): zdm.block Adds a primary key to a table that has none: over columns that are there (`columns`), or over a new identity column (`identity`), whose old rows get their numbers in batches. NOT NULL is proven beside the application, the index is built concurrently, and becomes the key in an instant. On a partitioned table each partition gets it so, and that of the table takes these over; it has to hold the partition key.
---@field replace_primary_key fun(body: zdm.recipe.replace_primary_key.fields): zdm.block Gives a table another primary key. The index of the new one is built concurrently, and so is a unique index over the columns of the old one; one short transaction exchanges the keys. The old unique index goes behind a gate, or stays (`keep`).
---@field add_generated fun(body: zdm.recipe.add_generated.fields): zdm.block Adds a column that is computed of others of its row, without the rewrite under ACCESS EXCLUSIVE that GENERATED ALWAYS AS (...) STORED takes: a plain column, a trigger that computes it on every write, and the old rows in batches.
---@field rename_table fun(body: zdm.recipe.rename_table.fields): zdm.block Renames a table; in the same instant a view of all its columns takes the old name, through which old code reads and writes on. What hangs on the table (indexes, keys, triggers, rights, publications) stays on it; the view gets its rights.
---@field add_required_column fun(body: zdm.recipe.add_required_column.fields): zdm.block Adds a column that is NOT NULL. With a constant `default` in an instant; with another one, or with `fill`, rows that are there get their value in batches. Without a default old code leaves the column NULL: then a gate waits until it is gone.
---@field set_not_null fun(body: zdm.recipe.set_not_null.fields): zdm.block Makes a column NOT NULL: a constraint that holds for new rows at once, while the old ones are looked at beside the application. Since PostgreSQL 18 that is the NOT NULL itself, NOT VALID at first; before, a CHECK, which the server then takes for proof. Code that still writes NULL fails from the first step on, so it has to be gone before.
---@field drop_not_null fun(body: zdm.recipe.drop_not_null.fields): zdm.block Lets a column be NULL. Readers that count on a value have to be gone before. Going back takes a scan, since PostgreSQL 18 one beside the application.
---@field set_default fun(body: zdm.recipe.set_default.fields): zdm.block Gives a column another default for rows that come, or none; its old rows stay as they are. Partitions and tables that inherit get it, too; taking it back gives each its own again.
---@field add_check fun(body: zdm.recipe.add_check.fields): zdm.block Adds a CHECK constraint that holds for new rows at once; the old ones are looked at beside the application. A gate before it is closed while rows fail it: nobody could update them.
---@field add_foreign_key fun(body: zdm.recipe.add_foreign_key.fields): zdm.block Adds a foreign key that holds for new rows at once; the old ones are looked at beside the application. Where no index begins with its columns one is built first: without it each DELETE over there scans the whole table here. Of a partitioned table, before PostgreSQL 18, each partition gets it so; that of the table then takes these over, with an instant under ACCESS EXCLUSIVE on the other table.
---@field add_unique fun(body: zdm.recipe.add_unique.fields): zdm.block Adds a UNIQUE constraint: its index is built concurrently, and becomes the constraint in an instant. On a partitioned table each partition gets it so, and the constraint of the table takes these over: the table and its partitions are locked for an instant. It has to hold the partition key.
---@field create_index fun(body: zdm.recipe.create_index.fields): zdm.block Builds an index concurrently. On a partitioned table each partition's is built concurrently, and then they are made one in an instant.
---@field drop_index fun(body: zdm.recipe.drop_index.fields): zdm.block Drops an index concurrently, behind a gate that opens when it was not used for a while. Taking it back builds it again, with its comment, CLUSTER mark and statistics targets. On a partitioned table it goes with its parts, which locks the table and its partitions for an instant; taking it back builds each partition's concurrently.
---@field replace_index fun(body: zdm.recipe.replace_index.fields): zdm.block Gives an index other keys, another method or another condition: the new one is built concurrently, the two swap names in an instant, and behind a gate the old one is dropped concurrently.
---@field drop_column fun(body: zdm.recipe.drop_column.fields): zdm.block Drops a column in four stages: INSERTs may leave it out, a gate waits until nobody uses it, it is set aside under another name, and when `retain` is over it is dropped. Until then `zdm rollback` brings it back with its values.
---@field drop_constraint fun(body: zdm.recipe.drop_constraint.fields): zdm.block Drops a CHECK, a foreign key, a UNIQUE or EXCLUDE constraint, behind a gate that waits until no code counts on it: on the error, on ON DELETE, on the index that goes along, on INSERT ... ON CONFLICT.
---@field drop_table fun(body: zdm.recipe.drop_table.fields): zdm.block Drops a table in stages: a gate waits until nobody writes to it; a trigger refuses writes to it; a gate waits until nobody reads it; it is set aside under another name, and when `retain` is over it is dropped. Until then `zdm rollback` brings it back as it was.
---@field add_exclusion fun(body: zdm.recipe.add_exclusion.fields): zdm.block Adds an EXCLUDE constraint, as far as it can be added beside an application: PostgreSQL builds its index and looks at every row in one statement that locks out readers and writers, so a gate is closed while the table is larger than `max_size`.
---@field copy_table fun(body: zdm.recipe.copy_table.fields): zdm.block Writes a table anew while it is in use, which VACUUM FULL cannot: a second table with everything that hangs on the first is kept equal by triggers and filled in batches; when both have the same rows they change names in one transaction. From then on the old one is kept equal, until it is dropped behind a gate; so the way back loses nothing.
---@field partition_table fun(body: zdm.recipe.partition_table.fields): zdm.block Makes a table partitioned while it is in use: a partitioned one with everything that hangs on the first is kept equal by triggers and filled in batches; when both have the same rows they change names in one transaction. From then on the old one is kept equal, until it is dropped behind a gate; so the way back loses nothing.
---@field attach_partition fun(body: zdm.recipe.attach_partition.fields): zdm.block Makes a table that is there a partition of a partitioned one, without a scan under a strong lock: a CHECK that says what the bound says holds for new rows at once and is proven of the old ones beside the application; NOT NULL, CHECKs, indexes and foreign keys of the partitioned table are made on the table first, indexes concurrently, unless it has them; so ATTACH only looks at the catalog. What is in the way is refused with the list.
---@field detach_partition fun(body: zdm.recipe.detach_partition.fields): zdm.block Makes a partition a table of its own, while the partitioned one is in use: behind a gate it is detached CONCURRENTLY, which waits for whoever reads it and holds nobody up; interrupted half way it is finalized. A CHECK that says what the bound said is proven before and stays, so that it can be attached again without a scan. With `retain` the table is then set aside and dropped.
---@field versions fun(body: zdm.recipe.versions.fields): zdm.block Shows tables to old and new code as each knows them, by two schemas of views: old code sets `search_path` to the one, new code to the other. So a column is renamed or hidden for new code at once and without a copy. Nothing else depends on it: who names the tables themselves reads and writes them as before.
---@field split_column fun(body: zdm.recipe.split_column.fields): zdm.block Makes several columns of one, while old code writes the one and new code the others: new columns, kept in step with it by triggers both ways (`sync_columns`), filled in batches, and behind a gate that has seen every row agree the old column is set aside, and dropped when `retain` is over.
---@field merge_columns fun(body: zdm.recipe.merge_columns.fields): zdm.block Makes one column of several, while old code writes these and new code the one: `split_column` the other way round. The new column is kept in step with them by triggers both ways (`sync_columns`), filled in batches, and behind a gate that has seen every row agree the old columns are set aside, and dropped when `retain` is over.
---@field split_table fun(body: zdm.recipe.split_table.fields): zdm.block Moves columns of a table into a table of their own, one row for one, while old code writes the first and new code the second: a new table with the primary key of the first and what hangs on the columns. Both are kept in step by triggers, the rows are copied in batches, and behind a gate that has seen every row agree the old columns are set aside, and dropped when `retain` is over.
---@field move_columns fun(body: zdm.recipe.move_columns.fields): zdm.block Moves columns of a table into a table that is there already, one row for one, while old code writes the first and new code the second: the columns are added there with what hangs on them (types, defaults, indexes, constraints, rights, comments), both are kept in step by triggers, the rows are copied in batches, and behind a gate that has seen every row agree the old columns are set aside, and dropped when `retain` is over. For a new table: `split_table`.
---@field enum_add_value fun(body: zdm.recipe.enum_add_value.fields): zdm.block Adds a value to an enum type, in a step of its own: no row can have it before that is committed. Nobody is locked out. Readers have to know the value before anybody writes it. PostgreSQL cannot take a value away: taking the plan back leaves it there, and running it again finds it. One that is there already, in another place than is asked for, is refused.
---@field enum_replace fun(body: zdm.recipe.enum_replace.fields): zdm.block Gives an enum other values: takes some away, renames them, puts them in another order. PostgreSQL can only add and rename; so a second type is made, every column of the first gets a column of the second beside it, as by `change_type`, and in one short transaction columns and types change names. The old type and columns follow until contract, so that the swap can be taken back.
---@field backup_rows fun(body: zdm.recipe.backup_rows.fields): zdm.block Saves rows in a table of their own before something happens to them: copied in batches, with the key of the table, for steps behind it that change or delete them and whose `undo` brings them back. With `delete` it deletes them itself, in batches behind a gate.
---@field soft_delete fun(body: zdm.recipe.soft_delete.fields): zdm.block Lets rows be marked as deleted: a column that says when, NULL for the living, and a view of the living rows with the rights of the table. The table keeps its name, so that old code goes on and sees every row; new code takes the view (through which it can write, too) or minds the column.
recipe = {}
