--- Schemas of views: a table as old and as new code knows it, side by side. Behind the recipe `versions`, and the field
--- `versions` of recipes that change the shape of a table.
--
-- A shape is { t, old, new, new_name }: the table, the columns of either view, each { from, name, grants }, and the
-- name of the new view, when it is another one than the table's.

local versions = {}

local function has_column_rights(t)
    for _, c in ipairs(t.columns) do
        if c.grants and c.grants[1] then
            return true
        end
    end
    return false
end

-- A view that acts for its caller asks for a right on each column that it shows, whichever the query is about.
local function acts_for_caller(t)
    return t.server_version >= 150000 and not has_column_rights(t)
end

-- The statements that make a view, with the rights of its table.
local function view(one, use)
    local t, relation, columns, list = one.t, one.relation, one.columns, {}
    for i, c in ipairs(columns) do
        list[i] = use.quote(c.from) .. (c.from == c.name and "" or " AS " .. use.quote(c.name))
    end
    local lines = {
        ("CREATE VIEW %s%s AS\n    SELECT %s\n      FROM %s"):format(
            relation,
            acts_for_caller(t) and " WITH (security_invoker = true)" or "",
            table.concat(list, ", "),
            t.relation
        ),
    }
    for _, right in ipairs(use.privileges({ owner = t.owner, given_to_new = t.given_to_new, grants = t.grants,
        columns = columns }, relation)) do
        lines[#lines + 1] = right
    end
    return table.concat(lines, ";\n")
end

-- CREATE SCHEMA, for the owners of the tables and whoever has a right on one of them.
local function make_schema(schema, tables, use)
    local quoted = use.quote(schema)
    local lines, taken = { "CREATE SCHEMA " .. quoted }, {}
    local function grant(what, role)
        local line = ("GRANT %s ON SCHEMA %s TO %s"):format(what, quoted, role and use.quote(role) or "PUBLIC")
        if not taken[line] then
            taken[line] = true
            lines[#lines + 1] = line
        end
    end
    for _, t in ipairs(tables) do
        grant("USAGE, CREATE", t.owner)
        for _, g in ipairs(t.grants) do
            grant("USAGE", g.role)
        end
        for _, c in ipairs(t.columns) do
            for _, g in ipairs(c.grants or {}) do
                grant("USAGE", g.role)
            end
        end
    end
    return table.concat(lines, ";\n")
end

-- Is a table such that views of it are right? Reported when not.
function versions.possible(t, field, use)
    if t.row_security and t.server_version < 150000 then
        use.refuse(field, ("%s has row security, which a view of its owner gets around before PostgreSQL 15"):format(
            t.relation))
        return false
    elseif t.row_security and has_column_rights(t) then
        use.refuse(field, ("%s has row security, and a role has rights on single columns of it: no view keeps both")
            :format(t.relation))
        return false
    end
    return true
end

-- { relation, columns, t } of one side.
local function views(schema, side, shapes, use)
    local list = {}
    for i, shape in ipairs(shapes) do
        local name = side == "new" and shape.new_name or shape.t.name
        list[i] = { name = name, relation = use.qualified(schema, name), columns = shape[side], t = shape.t }
    end
    return list
end

-- The statements that make a schema with its views, and those that take it away; and the views with the rights that are
-- meant. `kept`: views that are there.
local function version(schema, list, kept, use)
    local make, drop, tables, made = {}, {}, {}, {}
    for i, one in ipairs(list) do
        tables[i] = one.t
    end
    if not next(kept) then
        make[1] = make_schema(schema, tables, use)
    end
    for i, one in ipairs(list) do
        if not kept[i] then
            make[#make + 1] = view(one, use)
            made[#made + 1] = { name = one.relation, grants = one.t.grants }
            table.insert(drop, 1, "DROP VIEW " .. one.relation)
        end
    end
    if not next(kept) then
        drop[#drop + 1] = "DROP SCHEMA " .. use.quote(schema)
    end
    return table.concat(make, ";\n"), table.concat(drop, ";\n"), made
end

-- Everything, of the old schema.
local function drop_all(schema, list, use)
    local lines = {}
    for i, one in ipairs(list) do
        lines[i] = "DROP VIEW " .. one.relation
    end
    lines[#lines + 1] = "DROP SCHEMA " .. use.quote(schema)
    return table.concat(lines, ";\n")
end

-- Each schema once in a plan: a second recipe would read the tables as they were before the first one.
local function is_free(schema, field, use)
    local taken = use.notes("schemas of views")
    if taken[schema] then
        use.refuse(field, ("another recipe of the plan has the schema %s already"):format(use.quote(schema)),
            "one change after the other, each in a plan of its own")
        return false
    end
    taken[schema] = true
    return true
end

--- how: (bare) names { old, new }, and clients. nil when it was refused; else steps for expand, watch(checks), which
--- adds to those of the gate, and drop(), the step for contract, before anything of the old shape goes.
function versions.make(how, shapes, use)
    local old, new = views(how.old, "old", shapes, use), views(how.new, "new", shapes, use)
    local kept = {}
    for i, one in ipairs(new) do
        if use.exists(how.new, one.name) then
            use.refuse("new", ("%s exists already"):format(one.relation))
            return nil
        end
        kept[i] = use.exists(how.old, old[i].name) or nil
    end
    if not is_free(how.old, "old", use) or not is_free(how.new, "new", use) then
        return nil
    end
    local make_old, drop_old, made_old = version(how.old, old, kept, use)
    local make_new, drop_new, made_new = version(how.new, new, {}, use)
    local made = { steps = {} }
    if make_old ~= "" then
        made.steps[1] = use.only_for(use.sql(use.id("views of %s", how.old), make_old, { undo = drop_old }), made_old)
    end
    made.steps[#made.steps + 1] = use.only_for(
        use.sql(use.id("views of %s", how.new), make_new, { undo = drop_new }), made_new)
    function made.watch(checks)
        if how.clients then
            checks[#checks + 1] = use.words.no_clients(use.id("clients of %s", how.old)) { application = how.clients }
        end
    end
    function made.drop()
        return use.sql(use.id("drop %s", how.old), drop_all(how.old, old, use),
            not next(kept) and { undo = make_old } or nil)
    end
    return made
end

--- The field of a recipe.
versions.field = {
    name = "versions",
    kind = "two_schemas",
    doc = "Shows the table to old and new code as each knows it, by a view in the schema `old` and one in `new`, as "
        .. "`recipe.versions` does, which see: who sets `search_path` to `app_v1, public` sees the old shape alone, "
        .. "until contract; who sets it to `app_v2, public` the new one. With `clients`, the pattern of old code's "
        .. "application_name, the gate is closed while one is connected.",
}

--- The columns of a table with others in the place of some: { [name] = { { from, name, grants }, ... } }.
function versions.columns(t, instead)
    local list = {}
    for _, c in ipairs(t.columns) do
        for _, other in ipairs(instead[c.name] or { { from = c.name, name = c.name, grants = c.grants } }) do
            list[#list + 1] = other
        end
    end
    return list
end

--- Is it the view that goes in contract before anything else does?
function versions.goes(v, t, dependent, use)
    return v ~= nil and dependent.view ~= nil
        and dependent.view == use.qualified(use.identifier(v.old), t.name)
end

--- What the field of a recipe asks for, as make(); with `none` when it is not given. nil when it was refused.
function versions.of(v, shapes, use)
    if not v then
        return { steps = {}, watch = function() end, none = true }
    end
    local old, new = use.identifier(v.old), use.identifier(v.new)
    if old == new then
        use.refuse("versions", "old and new are one schema")
        return nil
    end
    for _, shape in ipairs(shapes) do
        if not versions.possible(shape.t, "versions", use) then
            return nil
        end
    end
    return versions.make({ old = old, new = new, clients = v.clients }, shapes, use)
end

return versions
