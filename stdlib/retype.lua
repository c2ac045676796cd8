--- Columns that get another type, one or several at once: the steps.
--
-- Each gets a new column beside it, with everything that hangs on the old one, kept equal by triggers; then one short
-- transaction swaps the names, of columns, constraints and indexes alike. The old column is kept up to date behind
-- the new one until contract, so that the swap can be taken back.
--
-- A change is { t, c, type, up, down, default }: table and column as described, the new type, and functions that
-- make SQL of the new (old) value out of SQL of the other, nil where an assignment does it. `may_be_null`: up may
-- make NULL of a value, and that is meant. `whole`: up never does. `behind`: { up, down } for behind the swap, when
-- types have other names there.
--
-- The key of a table, and foreign keys that refer to changed columns, exist once only: they are taken away and made
-- anew in the swap, the keys over an index that is there by then, the foreign keys NOT VALID, and proven behind it.

local native = require "native"
local published = require "published"
local obstacles = require "retype_obstacles"
local successor = require "successor"
local swap = require "retype_swap"
local sync = require "sync"
local sync_needs = require "sync_needs"
local trial = require "retype_trial"
local versions = require "versions"
local viewed = require "views"

local retype = {}

local alter = successor.alter

local function shown(change)
    return change.t.name .. "." .. change.c.name
end

-- Two syncs of a column: before the swap from the old one to the new one, then the other way round.
local function make_syncs(change, use)
    local c, new, old = use.quote(change.c.name), use.quote(change.new), use.quote(change.old)
    local function text(make, x)
        return make and { text = make(x) } or nil
    end
    change.before = { from = c, to = new, up = text(change.up, c), down = text(change.down, new) }
    local behind = change.behind or change
    change.after = { from = c, to = old, up = text(behind.down, c), down = text(behind.up, old) }
    -- Whoever writes by a view writes either column: both have their defaults, then.
    change.defaults = change.shown and change.whole and not change.apart and change.c.default_same
    for _, s in ipairs { change.before, change.after } do
        s.table = change.t.relation
        s.resolved = sync.resolve(s)
        s.resolved.identity = change.c.identity ~= nil
    end
    change.before.resolved.default = change.defaults and change.default
    change.after.resolved.default = change.defaults and change.c.default
end

-- The tables of the changes, each with what becomes of its columns.
local function gather(changes, use)
    local list, by_name = {}, {}
    for _, change in ipairs(changes) do
        local t, c = change.t, change.c
        change.new, change.old = use.name("zdm_new", c.name), use.name("zdm_old", c.name)
        make_syncs(change, use)
        local entry = by_name[t.relation]
        if not entry then
            entry = { t = t, changes = {}, names = {}, indexes = {}, constraints = {}, keys_to = {} }
            by_name[t.relation] = entry
            list[#list + 1] = entry
        end
        entry.changes[#entry.changes + 1] = change
        entry.names[c.name] = change.new
        entry.label = entry.label and entry.label .. ", " .. c.name or shown(change)
    end
    return list, by_name
end

-- Foreign keys that refer to a changed column: { name, table, definition, valid, comment }.
local function keys_to(tables, by_name, use)
    local list = {}
    for _, entry in ipairs(tables) do
        for _, r in ipairs(entry.t.referenced_by) do
            if successor.touches(entry.names, r.referenced) then
                local owner = by_name[r.table] and by_name[r.table].t or use.table(r.table)
                local k = owner and owner:constraint(r.name)
                list[#list + 1] = { name = r.name, relation = r.table, t = owner, valid = r.valid,
                    definition = r.definition:gsub(" NOT VALID$", ""), comment = k and k.comment }
                if by_name[r.table] then
                    by_name[r.table].keys_to[r.name] = true
                end
            end
        end
    end
    return list
end

-- What else has to get the new column: indexes with their constraints, and constraints without.
local function carried(entry, use)
    local t = entry.t
    for _, index in ipairs(t.indexes) do
        local k = index.constraint and t:constraint(index.constraint)
        if index.valid and successor.touches(entry.names, index.columns, k and k.columns) then
            local item = { index = index, k = k }
            item.new, item.old = use.name("zdm_new", index.name), use.name("zdm_old", index.name)
            if k and k.type == "primary key" then
                entry.key = item
            else
                entry.indexes[#entry.indexes + 1] = item
            end
        end
    end
    for _, k in ipairs(t.constraints) do
        local own = k.type == "check" or k.type == "foreign key" and not entry.keys_to[k.name]
        if own and successor.touches(entry.names, k.columns) then
            entry.constraints[#entry.constraints + 1] = {
                k = k,
                new = use.name("zdm_new", k.name),
                old = use.name("zdm_old", k.name),
            }
        end
    end
end

-- A column comes with its triggers and goes with them, so that there is no moment in which they differ.
local function add_column(entry, change, use)
    local t, s = change.t, change.before
    local requires = sync_needs.requires(s.resolved, "made")
    for _, require_ in ipairs(requires) do
        require_.sql = { text = require_.sql, line = use.at.line }
    end
    obstacles.foreign_keys(entry, change, use, requires)
    if change.zone then
        requires[#requires + 1] = {
            sql = { text = ("SELECT pg_catalog.timezone(%s, pg_catalog.to_timestamp(0)) IS NOT NULL"):format(
                use.literal(change.zone)), line = use.at.line },
            message = "the server knows no time zone " .. use.literal(change.zone),
            hint = 'such as "Europe/Berlin", or "UTC": pg_timezone_names lists them',
            early = true,
        }
    end
    local step = use.sync(change.shown and change.c or {}, {
        table = s.table,
        from = s.from,
        to = s.to,
        up = s.up and s.up.text,
        down = s.down and s.down.text,
    }, change.defaults and change.default)
    local begin = sync.up_sql(s.resolved)
    if change.defaults then
        begin = begin .. "\n" .. sync.set_default(s.resolved, change.default)
    end
    local add = successor.add_column(t, change.c, change.new, use, change.type)
    local drop = alter(t, "DROP COLUMN %s", use.quote(change.new))
    return use.more(step, {
        id = use.id("add %s.%s", t.name, change.new),
        up = { text = add .. ";\n" .. begin, line = use.at.line },
        undo = { text = sync.down_sql(s.resolved) .. "\n" .. drop, line = use.at.line },
        requires = requires,
    })
end

local function add_columns(tables, use)
    local steps = {}
    for _, entry in ipairs(tables) do
        for _, change in ipairs(entry.changes) do
            steps[#steps + 1] = add_column(entry, change, use)
        end
    end
    return use.words.expand(steps)
end

-- One walk through each table.
local function fill(entry, use)
    local set, where = {}, {}
    for i, change in ipairs(entry.changes) do
        local c, new = use.quote(change.c.name), use.quote(change.new)
        set[new] = change.up and change.up(c) or c
        where[i] = ("%s IS NULL AND %s IS NOT NULL"):format(new, c)
    end
    return use.words.backfill(use.id("copy %s", entry.label)) {
        table = entry.t.relation,
        set = set,
        where = #where == 1 and where[1] or "(" .. table.concat(where, ") OR (") .. ")",
    }
end

local function build_indexes(entry, use, steps)
    local t = entry.t
    for _, item in ipairs(entry.indexes) do
        successor.index(t, item.index, item.new, entry.names, use, steps)
    end
    if entry.key then
        -- The new key's, and one that gives the old column its key back when the swap is taken back.
        for name, names in ipairs { entry.names, {} } do
            name = name == 1 and entry.key.new or entry.key.old
            steps[#steps + 1] = use.sql(
                use.id("index %s", name),
                successor.index_sql(t, entry.key.index, name, names, use),
                { undo = "DROP INDEX CONCURRENTLY IF EXISTS " .. use.qualified(t.schema, name) }
            )
        end
    end
    for _, item in ipairs(entry.constraints) do
        successor.constraint(t, item.k, item.new, entry.names, use, steps)
    end
end

-- What is proven of a change before the swap: that the new column has a value wherever the old one has, on which the
-- swap counts, and the other way round, on which the way back does. The second stays until the new column is open to
-- what only its type holds.
local function conditions(change, use)
    local t, c, new, old = change.t, use.quote(change.c.name), use.quote(change.new), use.quote(change.old)
    change.back = use.name("zdm_back", t.name, change.c.name)
    local function both(format, a, b)
        return (format:gsub("<%a+>", { ["<c>"] = a, ["<new>"] = b }))
    end
    local condition, missing = "(<c> IS NULL) = (<new> IS NULL)", "(<c> IS NULL) <> (<new> IS NULL)"
    if change.c.not_null then
        local k = t:not_null_of(change.c.name)
        if k then -- since PostgreSQL 18
            change.not_null = { name = k.name, new = use.name("zdm_new", k.name), comment = k.comment,
                of = "NOT NULL %s" .. (k.definition:match " NO INHERIT$" or "") }
        else
            change.filled = use.name("zdm_filled", t.name, change.c.name)
        end
        condition, missing = "<c> IS NOT NULL", "<new> IS NULL"
    elseif change.may_be_null then
        condition, missing = "<c> IS NOT NULL OR <new> IS NULL", nil
    end
    change.back_check = ("CHECK (%s)"):format(both(condition, c, new))
    change.back_check_behind = ("CHECK (%s)"):format(both(condition, old, c))
    change.missing = missing and not change.whole and both(missing, c, new)
end

-- Steps of a table: its changes proven.
local function prove(entry, use, blocks)
    local t, add, drop, validate, last, undo = entry.t, {}, {}, {}, {}, {}
    local function constraint(name, check)
        local quoted = use.quote(name)
        add[#add + 1] = alter(t, "ADD CONSTRAINT %s %s NOT VALID", quoted, check)
        drop[#drop + 1] = alter(t, "DROP CONSTRAINT %s", quoted)
        validate[#validate + 1] = alter(t, "VALIDATE CONSTRAINT %s", quoted)
        return drop[#drop], add[#add]
    end
    for _, change in ipairs(entry.changes) do
        conditions(change, use)
        local new = use.quote(change.new)
        if change.missing then
            blocks[#blocks + 1] = use.no_rows(t, shown(change), change.missing)
        end
        constraint(change.back, change.back_check)
        if change.not_null then
            constraint(change.not_null.new, change.not_null.of:format(new))
        elseif change.filled then
            local without, with = constraint(change.filled, ("CHECK (%s IS NOT NULL)"):format(new))
            last[#last + 1] = alter(t, "ALTER COLUMN %s SET NOT NULL;\n", new) .. without
            undo[#undo + 1] = with .. ";\n" .. alter(t, "ALTER COLUMN %s DROP NOT NULL", new)
        end
    end
    local steps = {
        use.sql(use.id("%s: old and new hold in new rows", entry.label), table.concat(add, ";\n"),
            { undo = table.concat(drop, ";\n") }),
        use.sql(use.id("%s: old and new hold in all rows", entry.label), table.concat(validate, ";\n"),
            { undo = "nothing" }),
    }
    if #last > 0 then
        steps[3] = use.sql(use.id("%s: NOT NULL", entry.label), table.concat(last, ";\n"),
            { undo = table.concat(undo, ";\n") })
    end
    blocks[#blocks + 1] = use.words.expand(steps)
end

-- The new foreign keys are believed until they are proven; so the old ones have to hold.
local function prove_keys(keys, use, behind)
    local steps = {}
    for _, k in ipairs(keys) do
        if k.valid then
            local validate = ("ALTER TABLE %s VALIDATE CONSTRAINT %s"):format(k.relation, use.quote(k.name))
            steps[#steps + 1] = use.sql(
                use.id(behind and "%s.%s: all rows" or "%s.%s holds", k.t.name, k.name),
                validate,
                { undo = behind and "nothing" or validate }
            )
        end
    end
    return steps
end

-- Behind the swap: an old column is for the way back only, and may be NULL where it does not hold the value.
local function settle(entry, use, steps)
    local t = entry.t
    local comments, uncomments, validate, open, close = {}, {}, {}, {}, {}
    for i, change in ipairs(entry.changes) do
        local old, name = use.quote(change.old), use.quote(change.back)
        local on = ("COMMENT ON COLUMN %s.%s IS "):format(t.relation, old)
        local statistics = alter(t, "ALTER COLUMN %s SET STATISTICS ", old)
        comments[i] = on .. use.literal(("zdm: %s as it was before its type changed, for the way back of the plan %s")
            :format(change.c.name, use.plan))
        uncomments[i] = on .. (change.c.comment and use.literal(change.c.comment) or "NULL")
        validate[i] = alter(t, "VALIDATE CONSTRAINT %s", name)
        open[i] = alter(t, "DROP CONSTRAINT %s;\n", name) .. statistics .. "0"
        close[i] = statistics .. (change.c.statistics or -1) .. ";\n"
            .. alter(t, "ADD CONSTRAINT %s %s NOT VALID", name, change.back_check_behind)
    end
    steps[#steps + 1] = use.sql(use.id("%s: what the old is for", entry.label), table.concat(comments, ";\n"), {
        undo = table.concat(uncomments, ";\n") .. ";\n" .. table.concat(validate, ";\n"),
    })
    steps[#steps + 1] = use.sql(
        use.id("%s: open to any value of the new type", entry.label),
        table.concat(open, ";\n"),
        { undo = table.concat(close, ";\n") }
    )
end

-- What hung on the old columns, and they themselves.
local function drop_old(entry, use, steps)
    local t, list = entry.t, {}
    for _, item in ipairs(entry.constraints) do
        list[#list + 1] = alter(t, "DROP CONSTRAINT %s", use.quote(item.old))
    end
    for _, item in ipairs(entry.indexes) do
        list[#list + 1] = item.k and alter(t, "DROP CONSTRAINT %s", use.quote(item.old))
            or "DROP INDEX " .. use.qualified(t.schema, item.old)
    end
    if entry.key then
        list[#list + 1] = "DROP INDEX " .. use.qualified(t.schema, entry.key.old)
    end
    if #list > 0 then
        steps[#steps + 1] = use.sql(
            use.id("%s: old indexes and constraints go", entry.label),
            table.concat(list, ";\n")
        )
    end
    for _, change in ipairs(entry.changes) do
        steps[#steps + 1] = use.words.drop_column { table = t.relation, column = use.quote(change.old) }
    end
end

local function equal(change, use)
    local t, c, new = change.t, use.quote(change.c.name), use.quote(change.new)
    local up = change.up and change.up(c)
    if not change.compare_text then
        return use.words.consistent { table = t.relation, from = not up and c or nil, to = new, up = up }
    end
    return use.words.sql(use.id("%s is what %s makes of it", shown(change), change.type))(
        ("SELECT pg_catalog.count(*) = 0 AS none, pg_catalog.count(*) AS rows_that_differ FROM %s\n"
            .. " WHERE %s::pg_catalog.text IS DISTINCT FROM ((%s)::%s)::pg_catalog.text"):format(
            t.relation, new, up or c, change.type))
end

-- The tables as old and new code sees them. The views keep their columns when these change names.
local function shapes(tables)
    local list = {}
    for i, entry in ipairs(tables) do
        local instead = {}
        for _, change in ipairs(entry.changes) do
            instead[change.c.name] = { { from = change.new, name = change.c.name, grants = change.c.grants } }
        end
        list[i] = { t = entry.t, old = versions.columns(entry.t, {}), new = versions.columns(entry.t, instead) }
    end
    return list
end

--- The blocks, for a list of changes; `field` is where a refusal points to, `wanted` the field `versions`. `types`:
-- what is renamed in the swap, too, as { up, undo }; drop() makes the last step of contract, ready() one more check
-- before the swap, or nil.
function retype.blocks(changes, field, wanted, use, types)
    for _, change in ipairs(changes) do
        change.shown = wanted ~= nil -- to old and new code side by side
    end
    local tables, by_name = gather(changes, use)
    local keys = keys_to(tables, by_name, use)
    local remade = viewed.of(tables, function(relation)
        for _, entry in ipairs(tables) do
            if versions.goes(wanted, entry.t, { view = relation }, use) then
                return true
            end
        end
        return false
    end)
    if not obstacles.sound(tables, keys, remade, field, use) then
        return {}
    end
    local views = versions.of(wanted, shapes(tables), use)
    if not views then
        return {}
    end
    local w, label = use.words, shown(changes[1])
    for _, entry in ipairs(tables) do
        carried(entry, use)
    end
    local blocks, steps = {}, {}
    for _, entry in ipairs(tables) do
        local named = {}
        for _, change in ipairs(entry.changes) do -- each has the first name before the swap, the other behind it
            named[#named + 1] = change.new
            named[#named + 1] = change.old
        end
        table.move(published.columns(entry.t, named, use), 1, 1, #blocks + 1, blocks)
    end
    blocks[#blocks + 1] = add_columns(tables, use)
    local tries = trial.steps(tables, remade, label, use, types)
    if #tries > 0 then
        blocks[#blocks + 1] = w.expand(tries)
    end
    for _, entry in ipairs(tables) do
        blocks[#blocks + 1] = fill(entry, use)
    end
    for _, entry in ipairs(tables) do
        build_indexes(entry, use, steps)
    end
    if #steps > 0 then
        blocks[#blocks + 1] = w.expand(steps)
    end
    local checks = {}
    for _, entry in ipairs(tables) do
        prove(entry, use, blocks)
    end
    if not views.none then
        blocks[#blocks + 1] = w.expand(views.steps)
    end
    for _, change in ipairs(changes) do
        checks[#checks + 1] = equal(change, use)
        local key = by_name[change.t.relation].key
        checks[#checks + 1] = w.sql(use.id("%s has no index or constraint that came later", shown(change)))(
            successor.newcomers(change.t, change.c, use, { change.back, key and key.old }))
    end
    if #remade > 0 then
        checks[#checks + 1] = w.sql(use.id("views of %s are as they were", label))(
            ("SELECT c.list IS NULL AS none, c.list AS what_changed FROM (\n%s\n) AS c(list)"):format(
                viewed.changed(remade, use)))
    end
    checks[#checks + 1] = types and types.ready()
    local holds = prove_keys(keys, use)
    if #holds > 0 then
        blocks[#blocks + 1] = w.expand(holds)
    end
    blocks[#blocks + 1] = w.gate(use.id("%s is ready", label))(checks)
    local last = prove_keys(keys, use, "behind")
    table.insert(last, 1, swap.step(tables, changes, keys, remade, label, use, types))
    local drops = { not views.none and views.drop() or nil }
    for _, entry in ipairs(tables) do
        settle(entry, use, last)
        drop_old(entry, use, drops)
    end
    blocks[#blocks + 1] = w.expand(last)
    local last_checks = { w.approval(use.id("%s is well with its new type: no way back is needed", label)) }
    views.watch(last_checks)
    blocks[#blocks + 1] = w.gate(use.id("%s: no way back is needed", label))(last_checks)
    drops[#drops + 1] = types and types.drop()
    blocks[#blocks + 1] = w.contract(drops)
    return blocks
end

--- SQL of an author with a column of his under another name.
function retype.of(expression, column, use)
    return function(x)
        if x == use.quote(column) then
            return expression
        end
        return ("(SELECT (\n%s\n) FROM (SELECT %s AS %s) AS zdm_row)"):format(expression, x, native.quote_ident(column))
    end
end

return retype
