--- What hangs on columns that change their type, tried with the new one before rows are copied: a part of retype.lua.
--
-- Checks, indexes over expressions, and defaults are tried on an empty table of the same columns; views are made anew
-- over the new columns, and over the old ones again, in one transaction.

local native = require "native"
local successor = require "successor"
local swap = require "retype_swap"
local views = require "views"

local trial = {}

-- Is it certain that the new type has such an index? Every type that zdm knows by itself, but for json, can be sorted.
local function is_certain(entry, index, use)
    for _, change in ipairs(entry.changes) do
        if change.by_author or change.compare_text then
            return false
        end
    end
    local columns = {}
    for _, c in ipairs(entry.t.columns) do
        columns[use.quote(c.name)] = true
    end
    for _, key in ipairs(index.keys) do
        if not columns[key] then
            return false
        end
    end
    local body = (" USING btree (%s)"):format(table.concat(index.keys, ", "))
    return not index.predicate and index.definition:find(body, 1, true) ~= nil
end

-- Statements on the empty table for one of the tables.
local function tried(entry, use)
    local t, lines = entry.t, {}
    local empty = "zdm." .. use.quote("try_" .. native.sha256(t.relation):sub(1, 16))
    local like = setmetatable({ relation = empty }, { __index = t })
    for _, change in ipairs(entry.changes) do
        if change.c.default and not change.c.identity then
            lines[#lines + 1] = successor.alter(like, "ALTER COLUMN %s SET DEFAULT %s", use.quote(change.new),
                change.default)
        end
    end
    for _, item in ipairs(entry.constraints) do
        if item.k.type == "check" then
            lines[#lines + 1] = successor.alter(like, "ADD CONSTRAINT %s %s", use.quote(item.new),
                successor.renamed(item.k.definition:gsub(" NOT VALID$", ""), entry.names, use))
        end
    end
    local indexes = { entry.key }
    table.move(entry.indexes, 1, #entry.indexes, #indexes + 1, indexes)
    for _, item in ipairs(indexes) do
        if not is_certain(entry, item.index, use) then
            lines[#lines + 1] = successor.index_sql(t, item.index, item.new, entry.names, use, empty)
        end
    end
    if #lines > 0 then
        table.insert(lines, 1, ("CREATE TABLE %s (LIKE %s)"):format(empty, t.relation))
        lines[#lines + 1] = "DROP TABLE " .. empty
    end
    return lines
end

local function of_views(tables, remade, use, types)
    local ups, undos = {}, {}
    local function operation(up, undo)
        ups[#ups + 1] = up
        table.insert(undos, 1, undo)
    end
    operation(views.drop(remade), views.make(remade, use)) -- before the tables: a query locks them in this order, too
    for _, entry in ipairs(tables) do
        for _, op in ipairs(swap.names(entry, use)) do
            operation(op.up, op.undo)
        end
    end
    if types then
        operation(types.up, types.undo)
    end
    operation(views.make(remade, use), views.drop(remade))
    return table.concat(ups, ";\n") .. ";\n" .. table.concat(undos, ";\n") .. ";"
end

--- Steps for when the new columns are there. `remade`: views; `types` as in retype.blocks().
function trial.steps(tables, remade, label, use, types)
    local steps, lines = {}, {}
    for _, entry in ipairs(tables) do
        local more = tried(entry, use)
        table.move(more, 1, #more, #lines + 1, lines)
    end
    if #lines > 0 then
        steps[1] = use.sql(use.id("%s: what hangs on it suits the new type", label), table.concat(lines, ";\n"),
            { undo = "nothing" })
    end
    if #remade > 0 then
        local step = use.sql(use.id("%s: its views suit the new type", label), of_views(tables, remade, use, types), {
            undo = "nothing",
            allow = { "break-rename-column", "break-drop-view", types and "break-rename-type" or nil },
            because = "all is as it was at the end of the transaction",
        })
        local made = {}
        for i, view in ipairs(remade) do
            made[i] = { name = view.relation, grants = view.grants }
        end
        steps[#steps + 1] = use.more(use.only_for(step, made), { requires = swap.requires(remade, label, use) })
    end
    return steps
end

return trial
