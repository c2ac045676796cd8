--- The swap of retype.lua, which see: new columns take the names of old ones, and what hangs on them follows.

local rights = require "rights"
local successor = require "successor"
local sync = require "sync"
local views = require "views"

local swap = {}

local alter = successor.alter

-- A list of { up, undo }; undone from the last to the first.
local function operation(list, up, undo)
    list[#list + 1] = { up = up, undo = undo }
end

local function rename(kind, from, to, use)
    return ("RENAME %s %s TO %s"):format(kind, use.quote(from), use.quote(to))
end

local function comment_on(name, t, comment, use)
    return comment and (";\nCOMMENT ON CONSTRAINT %s ON %s IS %s"):format(use.quote(name), t.relation,
        use.literal(comment)) or ""
end

-- What no statement that makes an index says of it: its comment, and how finely its expressions are counted.
local function said_of_index(index, t, use)
    local out = {}
    use.index_remarks(t, index, index.name, out)
    return #out > 0 and ";\n" .. table.concat(out, ";\n") or ""
end

-- `name` becomes `aside`, and `other` takes its place.
local function exchange(t, kind, name, aside, other, use)
    return alter(t, "%s;\n", rename(kind, name, aside, use)) .. alter(t, "%s", rename(kind, other, name, use))
end

--- The columns of a table change names: a list of { up, undo }.
function swap.names(entry, use)
    local t, list = entry.t, {}
    for _, change in ipairs(entry.changes) do
        local c = change.c.name
        operation(
            list,
            exchange(t, "COLUMN", c, change.old, change.new, use),
            exchange(t, "COLUMN", c, change.new, change.old, use)
        )
    end
    return list
end

-- What an identity is made of, for a column of that type.
local function sequence_options(s, name, use)
    local words = { "SEQUENCE NAME " .. use.qualified(s.schema, name), "START " .. s.start, "INCREMENT " .. s.increment,
        "CACHE " .. s.cache }
    words[#words + 1] = s.min and "MINVALUE " .. s.min
    words[#words + 1] = s.max and "MAXVALUE " .. s.max
    words[#words + 1] = s.cycle and "CYCLE" or nil
    return table.concat(words, " ")
end

-- An identity goes with its sequence: the other column gets one like it, at the same place.
local function move_identity(change, from, to, use)
    local t, c, s = change.t, change.c, change.c.sequence_is
    local temporary = use.name("zdm_new", s.name)
    local qualified = use.qualified(s.schema, temporary)
    local lines = {
        alter(t, "ALTER COLUMN %s ADD GENERATED %s AS IDENTITY (%s)", use.quote(to), c.identity:upper(),
            sequence_options(s, temporary, use)),
        ("SELECT pg_catalog.setval(%s, s.last_value, s.is_called) FROM %s AS s"):format(
            use.literal(qualified),
            c.sequence
        ),
        alter(t, "ALTER COLUMN %s DROP IDENTITY", use.quote(from)),
        ("ALTER SEQUENCE %s RENAME TO %s"):format(qualified, use.quote(s.name)),
    }
    lines[#lines + 1] = rights.revoke(t, "sequence", c.sequence)
    for _, grant in ipairs(s.grants or {}) do
        lines[#lines + 1] = ("GRANT %s ON SEQUENCE %s TO %s%s"):format(grant.privilege, c.sequence,
            grant.role and use.quote(grant.role) or "PUBLIC", grant.grantable and " WITH GRANT OPTION" or "")
    end
    if s.comment then
        lines[#lines + 1] = ("COMMENT ON SEQUENCE %s IS %s"):format(c.sequence, use.literal(s.comment))
    end
    return table.concat(lines, ";\n")
end

local function move_default(change, use, list)
    local t, c, old = change.t, change.c, use.quote(change.old)
    local new = use.quote(c.name)
    if c.identity then
        operation(list, move_identity(change, change.old, c.name, use), move_identity(change, c.name, change.old, use))
        return
    elseif c.default and not change.defaults then
        operation(list,
            alter(t, "ALTER COLUMN %s SET DEFAULT %s;\n", new, change.default)
                .. alter(t, "ALTER COLUMN %s DROP DEFAULT", old),
            alter(t, "ALTER COLUMN %s SET DEFAULT %s;\n", old, c.default)
                .. alter(t, "ALTER COLUMN %s DROP DEFAULT", new))
    end
    if c.sequence then
        local owned = ("ALTER SEQUENCE %s OWNED BY %s."):format(c.sequence, t.relation)
        local as = change.takes_sequence ~= c.sequence_is.type
        local function become(type)
            return as and (";\nALTER SEQUENCE %s AS %s"):format(c.sequence, type) or ""
        end
        operation(list, owned .. new .. become(change.takes_sequence), owned .. old .. become(c.sequence_is.type))
    end
end

-- The old column may be NULL from here on. Where its NOT NULL has a name, that goes to the new one's.
local function release_old(change, use, list)
    local t, old, k = change.t, use.quote(change.old), change.not_null
    local column = alter(t, "ALTER COLUMN %s ", old)
    if not change.c.not_null then
        return
    elseif not k then
        operation(list, column .. "DROP NOT NULL", column .. "SET NOT NULL")
        return
    end
    local comment = comment_on(k.name, t, k.comment, use)
    operation(list, column .. "DROP NOT NULL",
        alter(t, "ADD CONSTRAINT %s %s", use.quote(k.name), k.of:format(old)) .. comment)
    operation(list, alter(t, "%s", rename("CONSTRAINT", k.new, k.name, use)) .. comment,
        alter(t, "%s", rename("CONSTRAINT", k.name, k.new, use)))
end

local function swap_indexes(entry, use, list)
    local t = entry.t
    for _, item in ipairs(entry.indexes) do
        local index, k = item.index, item.k
        local function exchanged(aside, other)
            if k then
                return exchange(t, "CONSTRAINT", index.name, aside, other, use)
            end
            return ("ALTER INDEX %s RENAME TO %s;\nALTER INDEX %s RENAME TO %s"):format(
                use.qualified(t.schema, index.name),
                use.quote(aside),
                use.qualified(t.schema, other),
                use.quote(index.name)
            )
        end
        local said = said_of_index(index, t, use) .. (k and comment_on(k.name, t, k.comment, use) or "")
        operation(list, exchanged(item.old, item.new) .. said, exchanged(item.new, item.old))
        if index.replica_identity then
            operation(list, alter(t, "REPLICA IDENTITY USING INDEX %s", use.quote(index.name)),
                alter(t, "REPLICA IDENTITY USING INDEX %s", use.quote(item.old)))
        end
        if index.clustered then
            operation(list, alter(t, "CLUSTER ON %s", use.quote(index.name)),
                alter(t, "CLUSTER ON %s", use.quote(item.old)))
        end
    end
    for _, item in ipairs(entry.constraints) do
        local k = item.k
        operation(
            list,
            exchange(t, "CONSTRAINT", k.name, item.old, item.new, use)
                .. comment_on(k.name, t, k.comment, use),
            exchange(t, "CONSTRAINT", k.name, item.new, item.old, use)
        )
    end
end

-- The key of a table, over the index of that name.
local function add_key(entry, index, use)
    local k = entry.key.k
    local text = alter(entry.t, "ADD CONSTRAINT %s PRIMARY KEY USING INDEX %s%s", use.quote(k.name), use.quote(index),
        successor.deferrable(k)) .. said_of_index(entry.key.index, entry.t, use)
        .. comment_on(k.name, entry.t, k.comment, use)
    if entry.key.index.replica_identity then
        text = text .. ";\n" .. alter(entry.t, "REPLICA IDENTITY USING INDEX %s", use.quote(k.name))
    end
    if entry.key.index.clustered then
        text = text .. ";\n" .. alter(entry.t, "CLUSTER ON %s", use.quote(k.name))
    end
    return text
end

local function operations(tables, keys, remade, use, types)
    local list = {}
    if #remade > 0 then -- before the tables: a query locks them in this order, too
        operation(list, views.drop(remade), views.make(remade, use))
    end
    for _, entry in ipairs(tables) do
        for _, change in ipairs(entry.changes) do
            operation(list, sync.down_sql(change.before.resolved):gsub(";$", ""),
                sync.up_sql(change.before.resolved):gsub(";$", ""))
        end
    end
    local function each(what, ...)
        for _, entry in ipairs(tables) do
            what(entry, ...)
        end
    end
    local function add_foreign(k)
        return ("ALTER TABLE %s ADD CONSTRAINT %s %s NOT VALID"):format(k.relation, use.quote(k.name), k.definition)
            .. comment_on(k.name, { relation = k.relation }, k.comment, use)
    end
    local function drop_foreign(k)
        return ("ALTER TABLE %s DROP CONSTRAINT %s"):format(k.relation, use.quote(k.name))
    end
    for _, k in ipairs(keys) do
        operation(list, drop_foreign(k), add_foreign(k))
    end
    each(function(entry)
        if entry.key then
            operation(list, alter(entry.t, "DROP CONSTRAINT %s", use.quote(entry.key.k.name)),
                add_key(entry, entry.key.old, use))
        end
    end)
    each(function(entry)
        local names = swap.names(entry, use)
        table.move(names, 1, #names, #list + 1, list)
    end)
    each(function(entry)
        for _, change in ipairs(entry.changes) do
            move_default(change, use, list)
        end
    end)
    each(function(entry)
        if entry.key then
            operation(list, add_key(entry, entry.key.new, use),
                alter(entry.t, "DROP CONSTRAINT %s", use.quote(entry.key.k.name)))
        end
    end)
    each(swap_indexes, use, list)
    -- When no key and no replica identity needs them any more.
    for _, entry in ipairs(tables) do
        for _, change in ipairs(entry.changes) do
            release_old(change, use, list)
        end
    end
    for _, k in ipairs(keys) do
        operation(list, add_foreign(k), drop_foreign(k))
    end
    if types then -- what comes behind it says the names that the types have then
        operation(list, types.up, types.undo)
    end
    each(function(entry)
        for _, change in ipairs(entry.changes) do
            operation(list, sync.up_sql(change.after.resolved):gsub(";$", ""),
                sync.down_sql(change.after.resolved):gsub(";$", ""))
        end
    end)
    if #remade > 0 then
        operation(list, views.make(remade, use), views.drop(remade))
    end
    return list
end

-- Why the swap cannot be taken back now: values that the old type does not hold.
local function lost(change, use)
    local t, c, old = change.t, use.quote(change.c.name), use.quote(change.old)
    local list = {
        ([[
SELECT pg_catalog.format('%%s of %%s whose %%s does not fit the old type %%s: change or delete them first',
           CASE n.n WHEN 1 THEN '1 row' WHEN 10001 THEN 'more than 10,000 rows' ELSE n.n || ' rows' END, %s, %s, %s)
  FROM (SELECT pg_catalog.count(*)
          FROM (SELECT FROM %s WHERE %s IS NOT NULL AND %s IS NULL LIMIT 10001) AS r) AS n(n)
 WHERE n.n > 0]]):format(use.literal(t.relation), use.literal(c), use.literal(change.c.type), t.relation, c, old),
    }
    local s = change.c.sequence_is
    if s and s.type ~= change.takes_sequence and change.greatest then
        list[2] = ([[
SELECT pg_catalog.format('the sequence %%s is at %%s, which the old type %%s does not hold', %s, s.last_value, %s)
  FROM %s AS s WHERE s.last_value > %s]]):format(use.literal(change.c.sequence), use.literal(change.c.type),
            change.c.sequence, change.greatest)
    end
    return list
end

--- What a step requires that makes views anew.
function swap.requires(remade, label, use)
    return { {
        sql = { text = ("SELECT (\n%s\n) IS NULL"):format(views.changed(remade, use)), line = use.at.line },
        message = ("views of %s are not what they were when the plan began"):format(label),
        hint = "make them as they were; or take the plan back, and run it anew: then it reads them again",
    } }
end

--- The names change hands, in one step; `remade` are views.
function swap.step(tables, changes, keys, remade, label, use, types)
    local ups, undos, requires, unless = {}, {}, {}, {}
    for _, op in ipairs(operations(tables, keys, remade, use, types)) do
        ups[#ups + 1] = op.up
        table.insert(undos, 1, op.undo)
    end
    for _, entry in ipairs(tables) do
        if entry.key then
            local indexes = successor.indexes_there(entry.t, { entry.key.new, entry.key.old }, use)
            table.move(indexes, 1, 2, #requires + 1, requires)
        end
    end
    for _, change in ipairs(changes) do
        for _, query in ipairs(lost(change, use)) do
            unless[#unless + 1] = query
        end
    end
    local allow = { "break-rename-column", "drop-trigger", "break-drop-function" }
    allow[#allow + 1] = #remade > 0 and "break-drop-view" or nil
    allow[#allow + 1] = types and "break-rename-type"
    local step = use.sql(use.id("%s: the new takes its place", label), table.concat(ups, ";\n") .. ";", {
        undo = table.concat(undos, ";\n") .. ";",
        allow = allow,
        because = "the new column takes the old one's name in the same transaction",
    })
    local made = {}
    for i, view in ipairs(remade) do
        made[i] = { name = view.relation, grants = view.grants }
    end
    if #made > 0 then
        step = use.only_for(step, made)
        requires[#requires + 1] = swap.requires(remade, label, use)[1]
        unless[#unless + 1] = ([[
SELECT pg_catalog.format('since %%s has its new type views of it have changed: %%s', %s, c.list)
  FROM (
%s
) AS c(list) WHERE c.list IS NOT NULL]]):format(use.literal(label), views.changed(remade, use, "behind"))
    end
    return use.more(step, {
        requires = requires,
        undo_unless = unless,
        resolve = function(_, active)
            for _, change in ipairs(changes) do
                local before, after = change.before.resolved, change.after.resolved
                for i = #active, 1, -1 do
                    if active[i].func == before.func then
                        table.remove(active, i)
                    end
                end
                active[#active + 1] = after
            end
        end,
    })
end

return swap
