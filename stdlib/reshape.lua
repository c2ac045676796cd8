--- Columns that others take over from: what split_column and merge_columns share.

local published = require "published"
local versions = require "versions"

local reshape = {}

reshape.retain = {
    name = "retain",
    kind = "text",
    default = "7d",
    doc = "How long what goes is kept under another name: see `drop_column` among the steps.",
}

reshape.notes = [[
**Defaults.** Where a column that goes has a default, an INSERT that says NULL of every new column gets what is made of
that default, until the old column goes: it cannot be told from one that leaves all of them out. `zdm plan` says so at
the step "sync ...". New code that means NULL can say so by an UPDATE behind it. New columns have no default of their
own: whoever wants one says it in a plan behind this one.]]

reshape.along = {
    name = "along",
    kind = "columns",
    doc = "Names of indexes and constraints of other columns too that may go.",
}

--- Is it a table whose rows are its own? Reported when it is not.
function reshape.is_whole(t, use)
    if not t:is_table() then
        return false
    elseif t:family(true) then
        use.refuse("table", t:family(true))
        return false
    end
    return true
end

--- (bare) name -> type.
function reshape.types(list, use)
    local types = {}
    for _, one in ipairs(list or {}) do
        types[use.identifier(one.column)] = one.type
    end
    return types
end

-- { column = expression } as a plan has it.
local function assignments(list)
    local set = {}
    for _, a in ipairs(list) do
        set[a.column] = a.expr.text
    end
    return set
end

local function add_columns(t, new, use)
    local alter, up, undo = ("ALTER TABLE %s "):format(t.relation), {}, {}
    for _, c in ipairs(new) do
        local quoted = use.quote(c.name)
        up[#up + 1] = alter .. ("ADD COLUMN %s %s"):format(quoted, c.type)
        table.insert(undo, 1, alter .. "DROP COLUMN " .. quoted)
    end
    for _, c in ipairs(new) do
        for _, grant in ipairs(c.grants or {}) do
            up[#up + 1] = use.grant(t.relation, grant, c.name)
        end
    end
    return table.concat(up, ";\n"), { undo = table.concat(undo, ";\n") }
end

local function each(list, format, separator, use)
    local words = {}
    for i, c in ipairs(list) do
        words[i] = format:format(use.quote(c.name))
    end
    return table.concat(words, separator)
end

-- `column` is what the expression makes of the row: after the cast to its type, and as text.
local function is_made_of(column, type, expr, use)
    return ("(\n%s\n)::%s::pg_catalog.text COLLATE pg_catalog.\"C\" IS NOT DISTINCT FROM %s::pg_catalog.text COLLATE "
        .. "pg_catalog.\"C\""):format(expr.text, type,
        use.quote(column))
end

-- All of one side are what they should be.
local function side(list, sides, use)
    local words = {}
    for i, a in ipairs(sides) do
        local name = use.identifier(a.column)
        for _, c in ipairs(list) do
            if c.name == name then
                words[i] = is_made_of(name, c.type:gsub(" COLLATE .*$", ""), a.expr, use)
            end
        end
    end
    return table.concat(words, " AND ")
end

-- The table as old and new code sees it: the new columns stand where the first of the old ones stood.
local function shape(t, old, new)
    local instead = {}
    for i, c in ipairs(old) do
        instead[c.name] = {}
        for j, n in ipairs(i == 1 and new or {}) do
            instead[c.name][j] = { from = n.name, name = n.name, grants = n.grants }
        end
    end
    return { t = t, old = versions.columns(t, {}), new = versions.columns(t, instead) }
end

--- old: columns of the description; new: { name, type, grants }; how: up, down, retain, versions.
function reshape.blocks(t, old, new, how, use)
    local views = versions.of(how.versions, { shape(t, old, new) }, use)
    if not views then
        return {}
    end
    local w, names = use.words, each(new, "%s", ", ", use)
    local given = {}
    for i, c in ipairs(old) do
        given[i] = use.given(c, use.quote(c.name))
    end
    local missing = ("%s AND (%s)"):format(each(new, "%s IS NULL", " AND ", use), table.concat(given, " OR "))
    local up, undo = add_columns(t, new, use)
    local last = { not views.none and views.drop() or nil }
    for _, c in ipairs(old) do
        last[#last + 1] = w.drop_column { table = t.relation, column = use.quote(c.name), retain = how.retain }
    end
    local left, defaults = each(old, "%s", ", ", use), {}
    for _, c in ipairs(old) do
        defaults[#defaults + 1] = c.default and c or nil
    end
    local why = #defaults > 0 and ("until %s of %s goes, an INSERT that says NULL of all of %s gets what is made of "
        .. "the default of %s: it cannot be told from one that leaves all of them out"):format(left, t.name, names,
            each(defaults, "%s", ", ", use)) or nil
    local added = {}
    for i, c in ipairs(new) do
        added[i] = c.name
    end
    local blocks = published.columns(t, added, use)
    blocks[#blocks + 1] = w.expand {
        use.sql(use.id("add %s to %s", names, t.name), up, undo),
        w.sync_columns { table = t.relation, up = assignments(how.up), down = assignments(how.down), why = why },
    }
    -- Rows that new code has written are in step already.
    blocks[#blocks + 1] = w.backfill(use.id("fill %s of %s", names, t.name)) {
        table = t.relation,
        set = assignments(how.up),
        where = missing,
    }
    if not views.none then
        blocks[#blocks + 1] = w.expand(views.steps)
    end
    local checks = {
        w.sql "both sides agree in every row"(
            ([[
SELECT pg_catalog.count(*) = 0 AS none, pg_catalog.count(*) AS rows_that_differ
FROM %s WHERE NOT (%s OR %s)]]):format(t.relation, side(new, how.up, use), side(old, how.down, use))
        ),
        w.approval(use.id("old code is gone: nobody uses %s of %s", left, t.name)),
    }
    views.watch(checks)
    blocks[#blocks + 1] = w.gate(use.id("nobody uses %s of %s", left, t.name))(checks)
    local dropped = {}
    for i, c in ipairs(old) do
        dropped[i] = c.name
    end
    if how.retain then
        table.move(published.set_aside(t, dropped, use), 1, 1, #blocks + 1, blocks)
    end
    blocks[#blocks + 1] = w.contract(last)
    return blocks
end

return reshape
