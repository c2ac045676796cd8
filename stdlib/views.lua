--- Views that are made anew around a change of the columns they read; else they would keep the old columns.

local views = {}

-- Do these lists have a name in common?
local function meet(list, names)
    for _, name in ipairs(list or {}) do
        if names[name] then
            return true
        end
    end
    return false
end

-- All that read one of the columns, { [relation] = view }, with those that read these views.
local function gather(tables, spared)
    local found = {}
    local function add(view, t)
        local known = found[view.relation]
        if not known then
            found[view.relation] = { view = view, reads = {} }
            known = found[view.relation]
            view.given_to_new = t.given_to_new
        end
        for _, relation in ipairs(view.reads or {}) do
            known.reads[relation] = true
        end
    end
    local grown = true
    while grown do
        grown = false
        for _, entry in ipairs(tables) do
            for _, view in ipairs(entry.t.views or {}) do
                local reads = meet(view.of_columns, entry.names) or meet(view.reads, found)
                if reads and not found[view.relation] and not spared(view.relation) then
                    grown = true
                    add(view, entry.t)
                end
            end
        end
    end
    for _, entry in ipairs(tables) do -- what a view reads by the way of another table
        for _, view in ipairs(entry.t.views or {}) do
            if found[view.relation] then
                add(view, entry.t)
            end
        end
    end
    return found
end

--- Of tables { t, names = { [column] = anything } }: the views to be made anew, each before those that read it.
--- `spared` says of a view's relation whether it is left alone.
function views.of(tables, spared)
    local found, list, done = gather(tables, spared), {}, {}
    local names = {}
    for relation in next, found do
        names[#names + 1] = relation
    end
    table.sort(names)
    local function put(relation)
        local one = found[relation]
        if not one or done[relation] then
            return
        end
        done[relation] = true
        for _, other in ipairs(names) do
            if one.reads[other] then
                put(other)
            end
        end
        list[#list + 1] = one.view
    end
    for _, relation in ipairs(names) do
        put(relation)
    end
    return list
end

--- What hangs on them and would be lost, as texts into `list`.
function views.in_the_way(found, list)
    for _, view in ipairs(found) do
        for _, what in ipairs(view.hanging or {}) do
            list[#list + 1] = ("%s, of the view %s"):format(what, view.relation)
        end
    end
end

--- Statements that drop them; the outermost first, which is also how a query locks them.
function views.drop(found)
    local out = {}
    for i = #found, 1, -1 do
        out[#out + 1] = "DROP VIEW " .. found[i].relation
    end
    return table.concat(out, ";\n")
end

--- Statements that make them as they were: options, owner, rights, defaults and comments.
function views.make(found, use)
    local out = {}
    for _, view in ipairs(found) do
        local relation = view.relation
        out[#out + 1] = ("CREATE VIEW %s%s AS\n%s"):format(relation,
            view.options and (" WITH (%s)"):format(view.options) or "", view.definition)
        local rights = {
            owner = view.owner,
            given_to_new = view.given_to_new,
            grants = view.grants or {},
            columns = view.columns,
        }
        for _, right in ipairs(use.privileges(rights, relation)) do
            out[#out + 1] = right
        end
        if view.comment then
            out[#out + 1] = ("COMMENT ON VIEW %s IS %s"):format(relation, use.literal(view.comment))
        end
        for _, c in ipairs(view.columns) do
            if c.default then
                out[#out + 1] = ("ALTER VIEW %s ALTER COLUMN %s SET DEFAULT %s"):format(relation, use.quote(c.name),
                    c.default)
            end
            if c.comment then
                out[#out + 1] = ("COMMENT ON COLUMN %s.%s IS %s"):format(
                    relation, use.quote(c.name), use.literal(c.comment))
            end
        end
    end
    return table.concat(out, ";\n")
end

return views
