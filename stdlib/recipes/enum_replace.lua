--- An enum with other values: a second type, to which all columns go, and which takes its name.

local retype = require "retype"

-- What becomes of each old value, and what each new one was: { to = { [old] = new }, from = { [new] = old }, gone = { old } };
-- nil, reported.
local function mapping(e, v, use)
    local to, from, gone, taken = {}, {}, {}, {}
    for _, value in ipairs(v.values) do
        if #value > 63 then
            use.refuse("values", ("%s has %d bytes; 63 is the limit"):format(use.literal(value), #value))
            return nil
        elseif taken[value] then
            use.refuse("values", ("%s stands there twice"):format(use.literal(value)))
            return nil
        end
        taken[value] = true
    end
    for _, entry in ipairs(v.map or {}) do
        if not use.contains(e.labels, entry.column) then
            use.refuse("map", ("%s has no value %s"):format(v.type, use.literal(entry.column)),
                "its values: " .. table.concat(e.labels, ", "))
            return nil
        elseif not taken[entry.to] then
            use.refuse("map", ("%s is none of the new values"):format(use.literal(entry.to)))
            return nil
        end
        to[entry.column] = entry.to
    end
    for _, label in ipairs(e.labels) do
        to[label] = to[label] or taken[label] and label or nil
        if not to[label] then
            gone[#gone + 1] = label
        elseif not from[to[label]] or to[label] == label then
            from[to[label]] = label
        end
    end
    return { to = to, from = from, gone = gone }
end

-- SQL that makes values of `type` out of those of another, by a table of theirs; NULL of what stands not in it.
local function cast(labels, map, type, use)
    local whens = {}
    for _, label in ipairs(labels) do
        if map[label] ~= label then
            whens[#whens + 1] = ("WHEN %s THEN %s"):format(use.literal(label), map[label] and use.literal(map[label])
                or "NULL")
        end
    end
    return function(x)
        local text = ("(%s)::pg_catalog.text"):format(x)
        if #whens > 0 then
            text = ("(CASE %s %s ELSE %s END)"):format(text, table.concat(whens, " "), text)
        end
        return ("%s::%s"):format(text, type)
    end
end

-- The same for arrays, whatever their dimensions. Values go over names that no value can have, for two may change places.
local function cast_array(labels, map, type, use)
    local away, back, gone = {}, {}, {}
    for _, label in ipairs(labels) do
        if not map[label] then
            gone[#gone + 1] = use.literal(label)
        elseif map[label] ~= label then
            local between = use.literal(("%064d"):format(#away + 1))
            away[#away + 1] = { use.literal(label), between }
            back[#back + 1] = { between, use.literal(map[label]) }
        end
    end
    return function(x)
        local given = ("(%s)::pg_catalog.text[]"):format(x)
        local text = given
        for _, list in ipairs { away, back } do
            for _, pair in ipairs(list) do
                text = ("pg_catalog.array_replace(%s, %s, %s)"):format(text, pair[1], pair[2])
            end
        end
        text = ("(%s)::%s[]"):format(text, type)
        if #gone == 0 then
            return text
        end
        return ("CASE WHEN NOT %s OPERATOR(pg_catalog.&&) ARRAY[%s]::pg_catalog.text[] THEN %s END"):format(given,
            table.concat(gone, ", "), text)
    end
end

-- The elements of '{a,"b c",NULL}', quotes undone, NULL as false; nil when it is no array of one dimension.
local function elements(text)
    local list, i = {}, 2
    if text == "{}" then
        return list
    elseif text:sub(1, 1) ~= "{" then
        return nil
    end
    repeat
        local word, stop = text:match('^"(.-)()"[,}]', i)
        while word and #word:match "\\*$" % 2 == 1 do -- that quote is of the text
            word, stop = text:match('^"(.-)()"[,}]', i + #word + 1)
            word = word and text:sub(i + 1, stop - 1)
        end
        if word then
            list[#list + 1] = word:gsub("\\(.)", "%1")
            i = stop + 1
        else
            word, stop = text:match('^([^{}",\\]+)()[,}]', i)
            if not word then
                return nil
            end
            list[#list + 1] = word ~= "NULL" and word
            i = stop
        end
        i = i + 1
    until text:sub(i - 1, i - 1) == "}"
    return i == #text + 1 and list or nil
end

-- An array in text with other labels; nil when it is not that plain, or has a label that goes, which is the second.
local function other_array(text, to)
    local list = elements(text)
    for i, label in ipairs(list or {}) do
        if label and not to[label] then
            return nil, label
        end
        list[i] = label and '"' .. to[label]:gsub('["\\]', "\\%0") .. '"' or "NULL"
    end
    return list and "{" .. table.concat(list, ",") .. "}"
end

-- The constant at the end of SQL that begins outside of one: where it begins, and its text; nil when there is none.
local function last_constant(sql)
    local i = 1
    while i <= #sql do
        local start = sql:find("['\"]", i)
        if not start then
            return nil
        end
        local quote, stop = sql:sub(start, start), start
        repeat -- a doubled one is of the text
            stop = sql:find(quote, stop + 1, true) or #sql
            local doubled = sql:sub(stop + 1, stop + 1) == quote
            stop = doubled and stop + 1 or stop
        until not doubled
        if stop == #sql and quote == "'" and sql:sub(start - 1, start - 1) ~= "E" then
            return start, (sql:sub(start + 1, stop - 1):gsub("''", "'"))
        end
        i = stop + 1
    end
end

--- SQL as the server spells it, with constants of the new type instead of those of the old one; nil, and what cannot be
--- one, when it is no constant.
local function restated(sql, e, to, type, use)
    local out, at = {}, 1
    while true do
        local start, stop = sql:find("::" .. e.spelt, at, true)
        if not start then
            break
        elseif sql:find("^[%w_$\128-\255]", stop + 1) then -- another type, whose name begins alike
            out[#out + 1] = sql:sub(at, stop)
        else
            local array = sql:sub(stop + 1, stop + 2) == "[]"
            local before = sql:sub(at, start - 1)
            local begins, name = last_constant(before)
            local other, gone
            if name and array then
                other, gone = other_array(name, to)
            elseif name then
                other, gone = to[name], name
            end
            if not other then
                return nil, gone and use.literal(gone) or before:match "([^ ]*)$" .. "::" .. e.spelt
            end
            out[#out + 1] = before:sub(1, begins - 1) .. use.literal(other) .. "::" .. type
        end
        at = stop + 1
    end
    return table.concat(out) .. sql:sub(at)
end

-- Indexes, checks and defaults of the changed columns say the new type; what cannot be said goes to `add`.
local function restate(t, names, e, to, type, add, use)
    local function each(list, word)
        for _, item in ipairs(list) do
            local ours = false
            for _, column in ipairs(item.columns or {}) do
                ours = ours or names[column]
            end
            if ours then
                local text, what = restated(item.definition, e, to, type, use)
                if not text then
                    add(("%s %s of %s says %s"):format(word, use.quote(item.name), t.relation, what))
                end
                item.definition = text or item.definition
            end
        end
    end
    each(t.indexes, "index")
    each(t.constraints, "constraint")
end

-- The type as it was created, under the other name.
local function create(e, name, v, use)
    local qualified, values = use.qualified(e.schema, name), {}
    for i, value in ipairs(v.values) do
        values[i] = use.literal(value)
    end
    local lines = {
        ("CREATE TYPE %s AS ENUM (%s)"):format(qualified, table.concat(values, ", ")),
        ("ALTER TYPE %s OWNER TO %s"):format(qualified, use.quote(e.owner)),
    }
    if e.closed then
        lines[#lines + 1] = ("REVOKE ALL ON TYPE %s FROM PUBLIC"):format(qualified)
    end
    for _, grant in ipairs(e.grants or {}) do
        lines[#lines + 1] = ("GRANT %s ON TYPE %s TO %s%s"):format(grant.privilege, qualified,
            grant.role and use.quote(grant.role) or "PUBLIC", grant.grantable and " WITH GRANT OPTION" or "")
    end
    if e.comment then
        lines[#lines + 1] = ("COMMENT ON TYPE %s IS %s"):format(qualified, use.literal(e.comment))
    end
    return use.sql(use.id("type %s", name), table.concat(lines, ";\n"), {
        undo = "DROP TYPE " .. qualified,
        allow = e.closed and { "grant-revoke" } or nil,
        because = e.closed and "nobody uses the type yet" or nil,
    })
end

-- The columns, with how their values go over; nil, reported.
local function changes_of(e, m, v, names, use)
    local tables, changes, obstacles = {}, {}, {}
    local function add(what)
        obstacles[#obstacles + 1] = what
    end
    for _, what in ipairs(e.others) do
        add(what)
    end
    for _, column in ipairs(e.columns) do
        local t = tables[column.table] or { t = use.table(column.table), names = {} }
        tables[column.table] = t
        local c = t.t and t.t:find(column.column)
        if not c then
            return nil
        end
        t.names[c.name] = true
        local make = column.array and cast_array or cast
        local change = { t = t.t, c = c, type = names.new .. (column.array and "[]" or ""), whole = #m.gone == 0,
            up = make(e.labels, m.to, names.new, use), down = make(v.values, m.from, names.is, use),
            behind = { up = make(e.labels, m.to, names.is, use), down = make(v.values, m.from, names.old, use) } }
        if c.default and not c.generated then
            local default, what = restated(c.default, e, m.to, names.new, use)
            if not default then
                add(("the default of %s.%s says %s"):format(t.t.relation, use.quote(c.name), what))
            end
            change.default = default
        end
        changes[#changes + 1] = change
    end
    for _, t in next, tables do
        restate(t.t, t.names, e, m.to, names.new, add, use)
    end
    if #obstacles > 0 then
        table.sort(obstacles)
        use.refuse("type", ("%s has what the new type cannot take over: %s"):format(v.type,
            table.concat(obstacles, "; ")), "take these away first; a value that goes needs another one in `map`")
        return nil
    end
    return changes
end

-- A gate for each column that may have values which go, and become nothing.
local function gates(e, m, changes, use)
    local list, gone = {}, {}
    for i, label in ipairs(m.gone) do
        gone[i] = use.literal(label)
    end
    for i, change in ipairs(#gone > 0 and changes or {}) do
        list[i] = use.no_rows(change.t, ("%s.%s has values that go"):format(change.t.name, change.c.name),
            (e.columns[i].array and "%s::pg_catalog.text[] OPERATOR(pg_catalog.&&) ARRAY[%s]::pg_catalog.text[]"
                or "%s::pg_catalog.text IN (%s)"):format(use.quote(change.c.name), table.concat(gone, ", ")))
    end
    return list
end

return {
    name = "enum_replace",
    doc = "Gives an enum other values: takes some away, renames them, puts them in another order. PostgreSQL can only add and "
        .. "rename; so a second type is made, every column of the first gets a column of the second beside it, as by "
        .. "`change_type`, and in one short transaction columns and types change names. The old type and columns "
        .. "follow until contract, so that the swap can be taken back.",
    notes = [[
**Values.** `values` are all values of the type from then on, in their order. An old one that is not among them has to become
another one: `map = { old = "new" }`; so has one that is only spelt anew. One that is left out of both may be in no
row: a gate at the beginning is closed while there are such rows, and says how many, column by column, and from the copying
on the application cannot write it any more. Two old values may become one; on the way back rows that were written since then
get the first of them.

**Code that writes a value which goes, or is renamed,** fails from the swap on; so a gate before it asks whether there is none
any more. Where a value is renamed, add the new spelling first (`recipe.enum_add_value`, in a plan before): then both types
have it, code can change at its own pace, and `map` only moves the rows.

**Values that are new** cannot be held by the old column: until the step "open to any value of the new type" they are refused, from
then on they leave the old column NULL, and `zdm rollback` refuses with exit code 4 and says how many such rows there are.

**All columns of the type** change in one swap, those of arrays too: their tables are locked together, for milliseconds. Defaults,
indexes with their conditions, CHECKs, foreign keys, rights and comments go over, with the constants in them. What order means
(ORDER BY, `<`, ranges in conditions) is that of `values` from the swap on.

**Clients** keep the name of the type, but not its OID: those that looked it up when they connected have to look again, and
prepared statements that return such a column are prepared anew, as with `change_type`. Functions whose body says 'x'::the_type
read the new type from the swap on. An INSERT without a list of columns writes to the old column, which comes first: name them.

**Refused, with the list:** functions, domains, composite types, views that cast to it, and whatever else is made of the type; conditions
that cast something other than a constant to it; and all that `change_type` refuses for one of the columns.]],
    fields = {
        { name = "type", kind = "qualified", required = true, doc = "The enum, as in SQL: `mood`, `app.mood`." },
        { name = "values", kind = "labels", required = true, doc = "All its values from then on, in their order." },
        { name = "map", kind = "renamed_values", doc = "What an old value becomes: `{ old = \"new\" }`. Others keep their name." },
    },
    example = [[
recipe.enum_replace {
    type = "mood",
    values = { "bad", "fine", "great" },
    map = { sad = "bad", happy = "fine" },
}]],
    expand = function(v, use)
        local e = use.type(v.type, "type")
        if not e then
            return {}
        elseif not e.is_enum then
            use.refuse("type", ("%s is no enum"):format(v.type))
            return {}
        elseif use.same(e.labels, v.values) and not v.map then
            use.refuse("values", ("%s has these values already, in this order"):format(v.type))
            return {}
        elseif #e.columns == 0 then
            use.refuse("type", ("no column is of %s"):format(v.type), "drop the type and create it anew")
            return {}
        end
        local m = mapping(e, v, use)
        if not m then
            return {}
        end
        local new, old = use.name("zdm_new", e.name), use.name("zdm_old", e.name)
        local names = { is = use.qualified(e.schema, e.name), new = use.qualified(e.schema, new),
            old = use.qualified(e.schema, old) }
        local changes = changes_of(e, m, v, names, use)
        if not changes then
            return {}
        end
        local moves = false
        for _, label in ipairs(e.labels) do
            moves = moves or m.to[label] ~= label
        end
        local function rename(from, to)
            return ("ALTER TYPE %s RENAME TO %s"):format(use.qualified(e.schema, from), use.quote(to))
        end
        local blocks = retype.blocks(changes, "type", nil, use, {
            up = rename(e.name, old) .. ";\n" .. rename(new, e.name),
            undo = rename(e.name, new) .. ";\n" .. rename(old, e.name),
            ready = function()
                return moves and use.words.approval(use.id("code writes no value of %s that goes or is renamed", e.name)) or nil
            end,
            drop = function()
                return use.sql(use.id("drop type %s", old), "DROP TYPE " .. names.old)
            end,
        })
        if #blocks > 0 then
            table.insert(blocks, 1, use.words.expand { create(e, new, v, use) })
            local list = gates(e, m, changes, use)
            table.move(blocks, 1, #blocks, #list + 1)
            table.move(list, 1, #list, 1, blocks)
        end
        return blocks
    end,
}
