--- Which row of another table is whose: a part of move_columns.

local native = require "native"
local types = require "types"

local key = {}

-- Has the table a unique index of just these columns by which INSERT ... ON CONFLICT can find a row?
local function is_unique(t, names, use)
    for _, index in ipairs(t.indexes) do
        local k = index.constraint and t:constraint(index.constraint)
        local fits = index.unique and index.valid and not index.predicate and #index.keys == #names
            and not (k and k.deferrable) and index.definition:find(" USING btree (", 1, true)
        for _, name in ipairs(fits and names or {}) do
            fits = fits and use.contains(index.keys, use.quote(name))
        end
        if fits then
            return true
        end
    end
    return false
end

-- The one foreign key of d to t that makes rows one for one, as pairs; reported when it is none, or several.
local function by_foreign_key(t, d, use)
    local found, labels = {}, {}
    for _, r in ipairs(t.referenced_by) do
        if r.table == d.relation and is_unique(d, r.columns, use) then
            found[#found + 1], labels[#labels + 1] = r, use.quote(r.name)
        end
    end
    local hint = ('say which column of %s holds which one of %s: on = { %s_id = "id" }'):format(d.relation, t.relation,
        t.name:find "^[%l_][%l%d_]*$" and t.name or "user")
    if #found == 0 then
        use.refuse("on", ("%s has no foreign key to %s whose columns are a unique key of it"):format(d.relation,
            t.relation), hint)
    elseif #found > 1 then
        use.refuse("on", ("%s has several foreign keys to %s whose columns are unique: %s"):format(d.relation,
            t.relation, table.concat(labels, ", ")), hint)
    else
        local list = {}
        for i, name in ipairs(found[1].columns) do
            list[i] = { here = found[1].referenced[i], there = name }
        end
        return list
    end
end

local function by_author(t, d, on, use)
    local list, taken = {}, {}
    for i, entry in ipairs(on) do
        local there, here = d:column(entry.column, "on"), t:column(entry.to, "on")
        if not there or not here then
            return nil
        elseif taken[here.name] then
            use.refuse("on", ("%s stands there twice"):format(use.quote(here.name)))
            return nil
        end
        list[i], taken[here.name] = { here = here.name, there = there.name }, true
    end
    return list
end

-- Can a row of t be known by these columns? Reported when not.
local function check_side(t, names, use)
    for _, name in ipairs(names) do
        if not t:find(name).not_null then
            use.refuse("on", ("%s of %s may be NULL: such a row is nobody's"):format(use.quote(name), t.relation),
                "make it NOT NULL first, with recipe.set_not_null")
            return false
        end
    end
    if not is_unique(t, names, use) then
        use.refuse("on", ("%s has no unique index of just %s (valid, not partial, not deferrable)"):format(t.relation,
            use.names(names)), "rows are found by it: add one first, with recipe.add_unique")
        return false
    end
    return true
end

local function check_pair(t, d, pair, columns, use)
    local here, there = t:find(pair.here), d:find(pair.there)
    local how = here.type ~= there.type and types.between(here.type, there.type, {})
    if here.type ~= there.type and not (how and how.whole and not how.up) then
        use.refuse("on", ("%s of %s is %s, %s of %s is %s: not every value fits"):format(use.quote(there.name),
            d.relation, there.type, use.quote(here.name), t.relation, here.type))
    elseif there.generated or there.identity == "always" then
        use.refuse("on", ("%s of %s makes its values itself: a row there could not get the key of one here"):format(
            use.quote(there.name), d.relation))
    elseif use.contains(columns, pair.here) then
        use.refuse("columns", ("%s is what tells whose row it is"):format(use.quote(pair.here)))
    else
        return true
    end
    return false
end

--- Pairs { here, there } of (bare) names, by the field `on` or the foreign key; reported, and nil, when rows of d
--- cannot be told by them. columns: the (bare) names of what moves.
function key.pairs(t, d, on, columns, use)
    local list = not on and by_foreign_key(t, d, use) or on and by_author(t, d, on, use)
    if not list then
        return nil
    end
    local here, there = {}, {}
    for i, pair in ipairs(list) do
        here[i], there[i] = pair.here, pair.there
    end
    if not check_side(d, there, use) or not check_side(t, here, use) then
        return nil
    end
    for _, pair in ipairs(list) do
        if not check_pair(t, d, pair, columns, use) then
            return nil
        end
    end
    return list
end

--- Is it certain that each row of d has its row in t, at any moment?
function key.is_tied(t, d, list)
    for _, r in ipairs(t.referenced_by) do
        local all = r.table == d.relation and r.valid and #r.columns == #list
            and not r.definition:find(" DEFERRABLE", 1, true) and not r.definition:find(" NOT ENFORCED", 1, true)
        for _, pair in ipairs(all and list or {}) do
            local same = false
            for i, name in ipairs(r.columns) do
                same = same or name == pair.there and r.referenced[i] == pair.here
            end
            all = all and same
        end
        if all then
            return true
        end
    end
    return false
end

--- The types of the columns of d, for parameters.
function key.types(d, list)
    local names = {}
    for i, pair in ipairs(list) do
        names[i] = d:find(pair.there).type
    end
    return table.concat(names, ", ")
end

--- A hash of what belongs together, for names.
function key.hash(t, d)
    return native.sha256("move\0" .. t.relation .. "\0" .. d.relation):sub(1, 16)
end

return key
