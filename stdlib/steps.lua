--- From checked values to descriptions of steps, as lua/reader.c takes them.
--
-- build[name](values, list, at, id, text) returns a description; `resolve(active)` of a description is
-- called with the syncs in force when the plan is put together, and its `unfold(active, plan)`, when it has
-- one, gives the steps that stand for it: those in its place, and those at the end of the plan.

local aside = require "aside"
local checks = require "checks"
local errors = require "errors"
local gate = require "gate"
local kept = require "kept"
local locks = require "fields/locks"
local native = require "native"
local stop_writes = require "stop_writes"
local sync = require "sync"
local sync_beside = require "sync_beside"
local sync_columns = require "sync_columns"
local sync_needs = require "sync_needs"

local build = {}

local function sql_of(text, at)
    return { text = text, line = at.line }
end

function build.sql(values, _, _, _, text)
    return locks.copy(values, {
        kind = "sql",
        up = text,
        undo = values.undo,
        probe = values.probe,
        allow = values.allow,
        because = values.because,
        why = values.why,
    })
end

function build.backfill(values, _, at)
    local d = { kind = "backfill" }
    for name, value in next, values do
        d[name] = value
    end
    if values.copy then
        d.copy, d.set = nil, values.copy.columns
        d.into, d.on_conflict = values.copy.into, values.copy.on_conflict
    end
    if values.delete and not values.where then
        errors.add {
            line = at.line,
            key = "delete",
            message = ('"delete" of %s needs "where"'):format(at.label),
            hint = 'every row: where = "true"',
        }
    end
    if values.batch_min and values.batch_max and values.batch_min > values.batch_max then
        errors.add {
            line = at.line,
            key = "batch_min",
            message = ('"batch_min" of %s is over "batch_max"'):format(at.label),
        }
    end
    return d
end

function build.hook(values)
    return locks.copy(values, {
        kind = "hook",
        run = values.run,
        probe = values.probe,
        undo = values.undo,
        transaction = values.transaction,
        why = values.why,
    })
end

function build.command(values)
    return {
        kind = "command",
        argv = values.argv,
        probe = values.probe,
        undo = values.undo,
        idempotent = values.idempotent,
        timeout = values.timeout,
        why = values.why,
    }
end

local function complete(values, ...)
    for _, name in ipairs { ... } do
        if not values[name] then
            return false -- reported already
        end
    end
    return true
end

local function target_of(values)
    local name, _, schema = native.split_name(values.table)
    return { schema = schema, name = name, relation = native.quote_qualified(schema, name) }
end

function build.sync(values, _, at)
    if not complete(values, "table", "from", "to") then
        return { kind = "sql" }
    end
    local s = sync.resolve(values)
    if s.from == s.to then
        errors.add { line = at.line, key = "to", message = "sync needs two different columns: both are " .. s.from }
    end
    local requires = sync_needs.requires(s)
    for _, require_ in ipairs(requires) do
        require_.sql = sql_of(require_.sql, at)
    end
    return {
        kind = "sql",
        id = values.id or sync.id(values),
        up = sql_of(sync.up_sql(s), at),
        undo = sql_of(sync.down_sql(s), at),
        undo_derived = true,
        requires = requires,
        why = values.why,
        sync = { table = values.table, from = values.from, to = values.to, up = values.up, down = values.down },
        of = s, -- for recipes, which know more of the columns
        resolve = function(_, active)
            sync_beside.check(active, at, s)
            active[#active + 1] = s
        end,
    }
end

local function remove(list, item)
    for i = #list, 1, -1 do
        if list[i] == item then
            table.remove(list, i)
        end
    end
end

function build.sync_columns(values, _, at)
    if not complete(values, "table", "up", "down") then
        return { kind = "sql" }
    end
    local s = sync_columns.resolve(values, target_of(values), at)
    if not s then
        return { kind = "sql" }
    end
    for _, require_ in ipairs(s.requires) do
        require_.sql = sql_of(require_.sql, at)
    end
    return {
        kind = "sql",
        id = values.id or s.shown,
        up = sql_of(s:up_sql(), at),
        undo = sql_of(s:down_sql(), at),
        undo_derived = true,
        requires = s.requires,
        why = values.why,
        sync = s.kept,
        resolve = function(_, active)
            sync_beside.check(active, at, s)
            active[#active + 1] = s
        end,
    }
end

function build.unsync(values, _, at)
    if not complete(values, "table", "from", "to") then
        return { kind = "sql" }
    end
    local s = sync.resolve(values)
    return {
        kind = "sql",
        id = values.id or sync.unsync_id(values),
        up = sql_of(sync.down_sql(s), at),
        why = values.why,
        -- The sync may be of an earlier plan: its names follow from the table and the columns.
        resolve = function(self, active)
            for _, other in ipairs(sync_beside.touching(active, at, s, s.from)) do
                if other.from == s.from and other.to == s.to then
                    self.undo, self.undo_derived = sql_of(sync.up_sql(other), at), true
                    remove(active, other)
                end
            end
        end,
    }
end

-- The statements that end syncs, which are in force no more.
local function end_syncs(active, list)
    local statements = {}
    for _, other in ipairs(list) do
        statements[#statements + 1] = sync.down_sql(other)
        remove(active, other)
    end
    return statements
end

-- ALTER TABLE ... DROP COLUMN, with the syncs of the column.
local function dropping_column(s, column, id, at)
    return {
        kind = "sql",
        id = id,
        resolve = function(self, active)
            local statements = end_syncs(active, sync_beside.touching(active, at, s, column))
            statements[#statements + 1] = ("ALTER TABLE %s DROP COLUMN %s;"):format(
                s.relation,
                native.quote_ident(column)
            )
            self.up = sql_of(table.concat(statements, "\n"), at)
        end,
    }
end

-- The syncs of a column that is set aside: one that copies into it goes on doing so, so that it is as good
-- as ever when it is taken back. Returns their statements, and the one that goes on.
local function rename_syncs(active, list, a)
    local syncs, written = { ends = {}, begins = {}, undo_ends = {}, undo_begins = {} }, nil
    for _, other in ipairs(list) do
        syncs.ends[#syncs.ends + 1] = sync.down_sql(other)
        table.insert(syncs.undo_begins, 1, sync.up_sql(other))
        remove(active, other)
        local renamed = sync.renamed(other, a.column, a.aside)
        if renamed then
            syncs.begins[#syncs.begins + 1] = sync.up_sql(renamed)
            table.insert(syncs.undo_ends, 1, sync.down_sql(renamed))
            active[#active + 1] = renamed
            written = other
        end
    end
    return syncs, written
end

-- A backfill of zdm's own, of checked values.
local function complete_backfill(d, at)
    for name, value in next, build.backfill(d.values, nil, at) do
        d[name] = d[name] or value
    end
    d.values = nil
    return d
end

-- The steps that keep the values and drop the column; none when that cannot be, which is reported.
local function keeping(values, a, known, written, at)
    local shown = values.table .. "." .. values.column
    local id = values.id or sync.id_of("drop column", shown)
    if written then
        errors.add {
            line = at.line,
            key = "keep_values",
            message = ("a sync writes column %s until it is dropped: its values are in %s"):format(a.was,
                written.columns and table.concat(written.to, ", ") or written.to),
            hint = "end the sync in a step before, with unsync {}, or leave keep_values out",
        }
    end
    if not known or written then
        return {}
    end
    local steps = kept.steps(a, known, shown, id, values.keep_values, at)
    complete_backfill(steps[2], at)
    steps[2].back.fill = build.backfill(steps[2].back.values, nil, at)
    return steps
end

-- Steps now, and those that come last in the plan: zdm waits, then drops.
local function column_aside(values, s, column, at)
    return function(_, active, plan)
        local shown = values.table .. "." .. values.column
        local a = aside.column(plan, s, column, values.retain)
        local syncs, written = rename_syncs(active, sync_beside.touching(active, at, s, column), a)
        local known = values.keep_values and kept.describe(plan, s, column, at)
        a.side = known and known.side
        local steps, later, id = {}, {}, sync.id_of("set aside", shown)
        if not written then
            steps[1] = aside.nullable(a, sync.id_of("drop not null", shown), at)
        end
        steps[#steps + 1] = aside.set_column(a, id, at, syncs)
        if values.retain then
            later[1] = aside.gate(sync.id_of("retain", shown), id, values.retain)
        end
        if values.keep_values then
            local rest = keeping(values, a, known, written, at)
            for i, step in ipairs(rest) do
                local list = (values.retain or i > 3) and later or steps
                list[#list + 1] = step
            end
        else
            later[#later + 1] = dropping_column(s, a.aside, values.id or sync.id_of("drop column", shown), at)
        end
        return steps, later
    end
end

function build.drop_column(values, _, at)
    if not complete(values, "table", "column") then
        return { kind = "sql" }
    end
    local s, column = target_of(values), native.identifier(values.column)
    if values.retain or values.keep_values then
        return { kind = "sql", why = values.why, unfold = column_aside(values, s, column, at) }
    end
    local id = values.id or sync.id_of("drop column", values.table .. "." .. values.column)
    local d = dropping_column(s, column, id, at)
    d.why = values.why
    return d
end

-- DROP TABLE by the name that it has then; functions of syncs would stay.
local function dropping_table(s, relation, id, at)
    return {
        kind = "sql",
        id = id,
        resolve = function(self, active)
            local statements = {}
            for _, other in ipairs(sync_beside.of_table(active, s)) do
                remove(active, other)
                other.relation = relation
                statements[#statements + 1] = sync.down_sql(other)
            end
            statements[#statements + 1] = ("DROP TABLE %s;"):format(relation)
            self.up = sql_of(table.concat(statements, "\n"), at)
        end,
    }
end

function build.drop_table(values, _, at)
    if not complete(values, "table") then
        return { kind = "sql" }
    end
    local s, id = target_of(values), values.id or sync.id_of("drop table", values.table)
    if not values.retain then
        local d = dropping_table(s, s.relation, id, at)
        d.why = values.why
        return d
    end
    return {
        kind = "sql",
        why = values.why,
        unfold = function(_, _, plan)
            local a, first = aside.table(plan, s, values.retain), sync.id_of("set aside", values.table)
            return { aside.set_table(a, first, at) }, {
                aside.gate(sync.id_of("retain", values.table), first, values.retain),
                dropping_table(s, a.relation, id, at),
            }
        end,
    }
end

function build.stop_writes(values, _, at)
    if not complete(values, "table") then
        return { kind = "sql" }
    end
    local s = stop_writes.resolve(values, target_of(values))
    return {
        kind = "sql",
        id = values.id or sync.id_of("stop writes to", values.table),
        up = sql_of(stop_writes.up_sql(s), at),
        undo = sql_of(stop_writes.down_sql(s), at),
        undo_derived = true,
        why = values.why,
        resolve = function(_, active)
            active[#active + 1] = s
        end,
    }
end

function build.soak(_, _, _, ms)
    return { kind = "soak", id = "soak", ms = ms }
end

for name, make in next, checks do
    build[name] = make
end

function build.gate(values, list, at)
    return { kind = "gate", checks = gate.checks(list, at), why = values.why }
end

return build
