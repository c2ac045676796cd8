--- Syncs of a plan beside each other: which are on a table, which touch a column, which cannot live together.

local errors = require "errors"
local native = require "native"
local sync = require "sync"

local sync_beside = {}

-- BEFORE triggers fire once each, in the order of their names. So of two syncs that hand on each other's
-- column one comes too early; and of two copies of one column, the one that was not written does.
sync_beside.conflict = "syncs that share a column undo or miss each other's writes"
sync_beside.conflict_hint = "give both sides of each sync columns of their own; only `from` may be shared, "
    .. "and only when both syncs say how to put it together: down = ..."

local function same_table(a, b)
    return a.name == b.name and a.schema == b.schema
end

-- "users" and "public.users" may be one table; only the server knows.
local function maybe_same_table(a, b)
    return a.name == b.name and (a.schema == nil) ~= (b.schema == nil)
end

--- Those of a table.
function sync_beside.of_table(active, s)
    local found = {}
    for _, other in ipairs(active) do
        if same_table(other, s) then
            found[#found + 1] = other
        end
    end
    return found
end

--- Which of the plan's syncs, in force so far, touch a column. Reports a table that is once written
-- with its schema and once without.
function sync_beside.touching(active, at, s, column)
    local found = {}
    for _, other in ipairs(active) do
        if other.uses[column] then
            if same_table(other, s) then
                found[#found + 1] = other
            elseif maybe_same_table(other, s) then
                errors.add {
                    line = at.line,
                    key = "table",
                    message = ("%s writes the table as %s, the sync of %s as %s"):format(
                        at.label,
                        s.relation,
                        native.quote_ident(column),
                        other.relation
                    ),
                    hint = "write the name in the same way in both, so that the trigger goes with the column",
                }
            end
        end
    end
    return found
end

local function share_a_column(a, b)
    if not a.columns and not b.columns then
        return a.to == b.from or a.to == b.to or a.from == b.to or a.from == b.from and not (a.down and b.down)
    end
    for _, one in ipairs(a.columns or { a.from, a.to }) do
        for _, other in ipairs(b.columns or { b.from, b.to }) do
            if one == other then
                return true
            end
        end
    end
    return false
end

--- Reports a sync of the same table, in force so far, that cannot live beside this one.
function sync_beside.check(active, at, s)
    for _, other in ipairs(active) do
        if same_table(other, s) and share_a_column(other, s) then
            errors.add {
                line = at.line,
                message = ('%s shares a column with "%s": %s'):format(at.label, other.shown or sync.id {
                    table = other.relation,
                    from = native.quote_ident(other.from),
                    to = native.quote_ident(other.to),
                }, sync_beside.conflict),
                hint = sync_beside.conflict_hint,
            }
            return
        end
    end
end

return sync_beside
