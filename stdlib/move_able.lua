--- Can columns of a table go to another one that is there already, and as what: a part of move_columns.

local leaving = require "leaving"
local move_key = require "move_key"

local able = {}

local function of_trigger(d)
    for _, trigger in ipairs(d.triggers or {}) do
        if trigger.of_zdm then
            return ("trigger %s of another plan"):format(trigger.name)
        end
    end
end

-- What writes to the table in a way that triggers do not see, or keeps these from writing.
local function of_others(d)
    for _, dependent in ipairs(d.dependents) do
        if dependent.own and dependent.what:find "^rule " then
            return dependent.what .. ": INSERT ... ON CONFLICT does not work beside rules"
        end
    end
    for _, tie in ipairs(d.ties or {}) do
        if tie.what:find "^subscription " or tie.what:find "took from himself$" then
            return tie.what
        end
    end
end

-- The server refuses an UPDATE then; a table whose rows the application only inserts may be so for long.
local function lacks_identity(d)
    local has_key = false
    for _, k in ipairs(d.constraints) do
        has_key = has_key or k.type == "primary key"
    end
    local none = d.replica_identity == "nothing" or d.replica_identity == "default" and not has_key
    if #(d.publications or {}) > 0 and none then
        return ("%s is published and has no replica identity: its rows cannot be updated"):format(d.relation)
    end
end

-- What the other table is, by its name.
local function named(d, text)
    return (text:gsub("^it ", function()
        return d.relation .. " "
    end))
end

--- Can columns of t go to d? Reported when they cannot.
function able.together(t, d, use)
    if not t:is_table() then
        return false
    elseif t:family() then
        use.refuse("table", t:family())
    elseif d.relation == t.relation then
        use.refuse("to", ("%s is the table itself"):format(d.relation), "within one table: recipe.rename_column")
    elseif d:family() or d.of_type then
        use.refuse("to", named(d, d:family() or ("it is of type %s, which says its columns"):format(d.of_type)))
    elseif d.persistence ~= "permanent" and d.persistence ~= t.persistence then
        use.refuse("to", ("%s is %s, and %s is %s: what moves there could be lost"):format(d.relation, d.persistence,
            t.relation, t.persistence))
    elseif leaving.row_security(t, "the other table's") then
        use.refuse("table", leaving.row_security(t, "the other table's"), "write the steps yourself")
    elseif leaving.row_security(d, "the first table's") then
        use.refuse("to", named(d, leaving.row_security(d, "the first table's")), "write the steps yourself")
    elseif of_trigger(d) then
        use.refuse("to", ("%s has %s"):format(d.relation, of_trigger(d)), "let that plan come to its end first")
    elseif of_others(d) then
        use.refuse("to", of_others(d))
    elseif of_others(t) then
        use.refuse("table", of_others(t))
    elseif lacks_identity(d) or lacks_identity(t) then
        use.refuse(lacks_identity(d) and "to" or "table", lacks_identity(d) or lacks_identity(t),
            "give it a primary key first, with recipe.add_primary_key; or ALTER TABLE ... REPLICA IDENTITY")
    else
        return true
    end
    return false
end

-- { column = , to = } of `rename` by the column's bare name; reported, and nil, when one of them does not move.
local function renames(v, names, use)
    local found = {}
    for _, entry in ipairs(v.rename or {}) do
        local name = use.identifier(entry.column)
        if not use.contains(names, name) then
            use.refuse("rename", ("%s is not one of the columns that move"):format(use.quote(name)))
            return nil
        end
        found[name] = use.identifier(entry.to)
    end
    return found
end

local function gets(d, name, taken, use)
    if use.contains(taken, name) then
        use.refuse("rename", ("two columns would be called %s"):format(use.quote(name)))
        return false
    end
    taken[#taken + 1] = name
    return d:lacks("columns", name, "rename")
end

-- What of a column its place over there could not have.
local function obstacle(s, c, use)
    if c.type_default then
        return ("the default of its type %s, which rows over there would get at once"):format(c.type)
    elseif c.not_null and not s.tied then
        return ("it is NOT NULL, and %s may have rows that no row of %s belongs to"):format(s.into, s.relation),
            ("give %s a foreign key to %s that is proven and not deferrable; or let %s be NULL first, with "
                .. "recipe.drop_not_null"):format(s.into, s.relation, use.quote(c.name))
    end
end

--- The columns as pairs { here, there, c, same_default }, into s.moved.
local function moves(s, v, columns, use)
    local names, taken = {}, {}
    for i, c in ipairs(columns) do
        names[i] = c.name
    end
    local to = renames(v, names, use)
    if not to then
        return false
    end
    s.moved = {}
    for i, c in ipairs(columns) do
        local there = to[c.name] or c.name
        if not gets(s.d, there, taken, use) then
            return false
        end
        local why, hint = obstacle(s, c, use)
        if why then
            use.refuse("columns", ("%s has what does not go along: %s"):format(use.quote(c.name), why), hint)
            return false
        end
        s.moved[i] = { here = c.name, there = there, c = c, same_default = c.default and c.default_same }
    end
    return true
end

-- `fill` as { name, expr }, into s.fill: of what a row that is made over there would else lack.
local function fills(s, v, use)
    local given = leaving.names(s.keys, "there")
    s.fill = {}
    for i, entry in ipairs(v.fill or {}) do
        local c = s.d:column(entry.column, "fill")
        if not c then
            return false
        elseif use.contains(given, c.name) or c.generated or c.identity == "always" then
            use.refuse("fill", ("%s gets its value %s"):format(use.quote(c.name),
                c.generated and "by itself" or c.identity and "by itself" or "by `on`"))
            return false
        end
        s.fill[i] = { name = c.name, expr = entry.expr }
        given[#given + 1] = c.name
    end
    local lacking = {}
    for _, c in ipairs(s.d.columns) do
        local own = c.default or c.generated or c.identity or c.type_default
        if (c.not_null or s.d:not_null_of(c.name)) and not own and not use.contains(given, c.name) then
            lacking[#lacking + 1] = use.quote(c.name)
        end
    end
    if #lacking == 0 then
        return true
    end
    use.refuse("fill", ("a row that is made in %s needs a value of %s"):format(s.into, table.concat(lacking, ", ")),
        ("say what it is, in columns of %s: fill = { %s = \"...\" }"):format(s.relation, lacking[1]))
    return false
end

-- Indexes and constraints that go along, with their names over there, into s.indexes and s.constraints.
local function names_for(s, moved, use)
    local function name_of(what, other)
        local name = use.name(s.d.name, other.name)
        if what == "indexes" and use.exists(s.d.schema, name) then
            use.refuse("to", ("%s exists already"):format(use.qualified(s.d.schema, name)))
            return nil
        end
        return s.d:lacks("constraints", name, "to") and s.d:lacks("indexes", name, "to") and name
    end
    s.indexes, s.constraints = {}, {}
    for _, k in ipairs(moved.constraints) do
        local name = name_of(k.index and "indexes" or "constraints", k)
        if not name then
            return false
        elseif k.type == "foreign key" and k.definition:find(" ON DELETE CASCADE", 1, true) then
            use.refuse("columns", ("%s deletes rows of %s: over there it would delete those of %s"):format(
                use.quote(k.name), s.relation, s.into), "give it another ON DELETE first")
            return false
        elseif k.deferrable and k.index then
            use.refuse("columns", ("%s is deferrable: values that change hands would meet over there"):format(
                use.quote(k.name)), "make one first that is not, with recipe.add_unique")
            return false
        end
        local list = k.index and s.indexes or s.constraints
        list[#list + 1] = { name = name, k = k, index = k.index and s.t:index(k.index, "columns") }
    end
    for _, index in ipairs(moved.indexes) do
        local name = name_of("indexes", index)
        if not name then
            return false
        end
        s.indexes[#s.indexes + 1] = { name = name, index = index }
    end
    return true
end

--- All that the blocks are made of, by the fields; reported, and nil, when it cannot be.
function able.of(t, d, v, columns, moved, use)
    local names = {}
    for i, c in ipairs(columns) do
        names[i] = c.name
    end
    local s = { t = t, d = d, relation = t.relation, into = d.relation, into_name = d.name }
    s.keys = move_key.pairs(t, d, v.on, names, use)
    if not s.keys then
        return nil
    end
    s.hash, s.types = move_key.hash(t, d), move_key.types(d, s.keys)
    s.trigger, s.tied = "zzz_zdm_move_" .. s.hash, move_key.is_tied(t, d, s.keys)
    return moves(s, v, columns, use) and fills(s, v, use) and names_for(s, moved, use) and s or nil
end

return able
