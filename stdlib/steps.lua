--- From checked values to descriptions of steps, as lua/reader.c takes them.
--
-- build[name](values, list, at, id, text) returns a description; `resolve(active)` of a description is
-- called with the syncs in force when the plan is put together.

local checks = require "checks"
local errors = require "errors"
local gate = require "gate"
local locks = require "fields/locks"
local native = require "native"
local sync = require "sync"

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

function build.sync(values, _, at)
    if not complete(values, "table", "from", "to") then
        return { kind = "sql" }
    end
    local s = sync.resolve(values)
    if s.from == s.to then
        errors.add { line = at.line, key = "to", message = "sync needs two different columns: both are " .. s.from }
    end
    local requires = sync.requires(s)
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
        resolve = function(_, active)
            sync.check_beside(active, at, s)
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
            for _, other in ipairs(sync.touching(active, at, s, s.from)) do
                if other.from == s.from and other.to == s.to then
                    self.undo, self.undo_derived = sql_of(sync.up_sql(other), at), true
                    remove(active, other)
                end
            end
        end,
    }
end

function build.drop_column(values, _, at)
    if not complete(values, "table", "column") then
        return { kind = "sql" }
    end
    local name, _, schema = native.split_name(values.table)
    local s = { schema = schema, name = name, relation = native.quote_qualified(schema, name) }
    local column = native.identifier(values.column)
    return {
        kind = "sql",
        id = values.id or sync.drop_column_id(values),
        why = values.why,
        resolve = function(self, active)
            local statements = {}
            for _, other in ipairs(sync.touching(active, at, s, column)) do
                statements[#statements + 1] = sync.down_sql(other)
                remove(active, other)
            end
            statements[#statements + 1] = ("ALTER TABLE %s DROP COLUMN %s;"):format(
                s.relation,
                native.quote_ident(column)
            )
            self.up = sql_of(table.concat(statements, "\n"), at)
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
