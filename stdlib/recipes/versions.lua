--- Two versions of an application side by side, each with views of its own.

-- What the author says of columns, by table: "users.email" is column email of the table that `tables` calls users.
local function column_of(text, v, use, field)
    for i, name in ipairs(v.tables) do
        if text:sub(1, #name + 1) == name .. "." then
            return i, use.identifier(text:sub(#name + 2))
        end
    end
    use.refuse(field, ('"%s" is not a column of a table in tables'):format(text),
        'write it as there, with the column behind it: "users.email"')
end

local function columns_by_table(list, v, use, field)
    local found = {}
    for i in ipairs(v.tables) do
        found[i] = {}
    end
    for _, text in ipairs(list or {}) do
        local i, name = column_of(text, v, use, field)
        if name then
            found[i][name] = text
        end
    end
    return found
end

local function known(t, names, use, field)
    local all = true
    for name, text in next, names do
        if not t:find(name) then
            use.refuse(field, ("table %s has no column %s"):format(t.relation, use.quote(name)), text)
            all = false
        end
    end
    return all
end

-- What a view shows: a list of { from, to, grants }.
local function shown(t, leave_out, names, more)
    local list = {}
    for _, c in ipairs(t.columns) do
        if not leave_out[c.name] then
            list[#list + 1] = { from = c.name, name = names[c.name] or c.name, grants = c.grants }
        end
    end
    for name in next, more do
        if not t:find(name) then
            list[#list + 1] = { from = name, name = name }
        end
    end
    return list
end

local function is_complete(t, columns, left_out, use)
    local taken, good = {}, true
    for _, c in ipairs(columns) do
        if taken[c.name] then
            use.refuse("rename", ("two columns of %s would be called %s"):format(t.relation, use.quote(c.name)))
            good = false
        end
        taken[c.name] = true
    end
    for name in next, left_out do
        local c = t:find(name)
        if c.not_null and not (c.default or c.identity or c.generated or c.type_default) then
            use.refuse("without",
                ("column %s of %s is NOT NULL and has no default: new code could not insert"):format(
                    use.quote(name), t.relation),
                "give it a default, or let it be NULL, first")
            good = false
        end
    end
    return good
end

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
local function view(t, schema, columns, use)
    local relation = use.qualified(schema, t.name)
    local list = {}
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

-- The statements that make a schema with its views, and those that take it away; and the views with the rights that are
-- meant. `kept`: views that are there.
local function version(schema, tables, columns, kept, use)
    local make, drop, made = {}, {}, {}
    if not next(kept) then
        make[1] = make_schema(schema, tables, use)
    end
    for i, t in ipairs(tables) do
        if not kept[i] then
            make[#make + 1] = view(t, schema, columns[i], use)
            made[#made + 1] = { name = use.qualified(schema, t.name), grants = t.grants }
            table.insert(drop, 1, "DROP VIEW " .. use.qualified(schema, t.name))
        end
    end
    if not next(kept) then
        drop[#drop + 1] = "DROP SCHEMA " .. use.quote(schema)
    end
    return table.concat(make, ";\n"), table.concat(drop, ";\n"), made
end

-- Everything, of the old schema.
local function drop_all(schema, tables, use)
    local lines = {}
    for i, t in ipairs(tables) do
        lines[i] = "DROP VIEW " .. use.qualified(schema, t.name)
    end
    lines[#lines + 1] = "DROP SCHEMA " .. use.quote(schema)
    return table.concat(lines, ";\n")
end

local function read_tables(v, use)
    local tables, names, good = {}, {}, true
    for i, text in ipairs(v.tables) do
        local t = use.table(text, "tables")
        if not t or not t:is_table() then
            return nil
        end
        if names[t.name] then
            use.refuse("tables", ("two tables are called %s, and a view has the name of its table"):format(
                use.quote(t.name)))
            good = false
        elseif t.row_security and t.server_version < 150000 then
            use.refuse("tables", ("%s has row security, which a view of its owner gets around before PostgreSQL 15")
                :format(t.relation))
            good = false
        elseif t.row_security and has_column_rights(t) then
            use.refuse("tables", ("%s has row security, and a role has rights on single columns of it: no view keeps both")
                :format(t.relation))
            good = false
        end
        names[t.name] = true
        tables[i] = t
    end
    return good and tables or nil
end

return {
    name = "versions",
    doc = "Shows tables to old and new code as each knows them, by two schemas of views: old code sets `search_path` to the "
        .. "one, new code to the other. So a column is renamed or hidden for new code at once and without a copy. "
        .. "Nothing else depends on it: who names the tables themselves reads and writes them as before. "
        .. "The views are simple, so that the server reads and writes the table through them: INSERT with the table's "
        .. "defaults, identity and RETURNING, UPDATE, DELETE, SELECT FOR UPDATE, ON CONFLICT with columns. Through a view "
        .. "there is no COPY (but `COPY (SELECT ...) TO`), no TRUNCATE, no ON CONFLICT ON CONSTRAINT, no TABLESAMPLE, no "
        .. "ctid and, before PostgreSQL 17, no MERGE. A view has the rights of its table, of columns too. From "
        .. "PostgreSQL 15 on it acts for the caller, whose rights and row security count; before, and "
        .. "where a role has rights on single columns, for the table's owner, and then a table with row security is "
        .. "refused. "
        .. "Both schemas are made by the recipe. When `old` has the views already, because it was `new` in an earlier "
        .. "plan, they stay as they are. The old schema goes in contract; that has an undo only when this plan made all of it. "
        .. "A view keeps its names when a column of its table is renamed, and keeps a column from being dropped or "
        .. "changing its type: what the table itself becomes stands behind this recipe in the plan.",
    fields = {
        { name = "old", kind = "identifier", required = true, doc = "The schema of old code." },
        { name = "new", kind = "identifier", required = true, doc = "The schema of new code." },
        { name = "tables", kind = "tables", required = true, doc = "The tables that code uses." },
        {
            name = "rename",
            kind = "new_names",
            doc = "How new code calls columns: the column, behind its table as in `tables`, and its new name.",
        },
        {
            name = "without",
            kind = "strings",
            doc = "Columns that new code does not see, behind their tables. They need a default, or may be NULL.",
        },
        {
            name = "added",
            kind = "strings",
            doc = "Columns that old code does not see, behind their tables: those that the plan adds before.",
        },
        {
            name = "clients",
            kind = "text",
            doc = "The application_name of old code, as a pattern of LIKE: the gate is closed while one is connected.",
        },
    },
    example = [[
recipe.versions {
    old = "app_v1", new = "app_v2", tables = { "users", "orders" },
    rename = { ["users.email"] = "email_address" }, without = { "users.phone" },
}]],
    expand = function(v, use)
        local tables = read_tables(v, use)
        local old, new = use.identifier(v.old), use.identifier(v.new)
        if not tables then
            return {}
        elseif old == new then
            use.refuse("new", "old and new are one schema")
            return {}
        end
        local without = columns_by_table(v.without, v, use, "without")
        local added = columns_by_table(v.added, v, use, "added")
        local sources, names = {}, {}
        for _, r in ipairs(v.rename or {}) do
            sources[#sources + 1] = r.column
        end
        local renamed = columns_by_table(sources, v, use, "rename")
        local columns, kept, good = { old = {}, new = {} }, {}, true
        for i, t in ipairs(tables) do
            names[i] = {}
            for _, r in ipairs(v.rename or {}) do
                for name, text in next, renamed[i] do
                    if text == r.column then
                        names[i][name] = use.identifier(r.to)
                    end
                end
            end
            good = known(t, without[i], use, "without") and known(t, renamed[i], use, "rename") and good
            if not good then
                return {}
            end
            columns.old[i] = shown(t, added[i], {}, {})
            columns.new[i] = shown(t, without[i], names[i], added[i])
            good = is_complete(t, columns.new[i], without[i], use) and good
            if use.exists(new, t.name) then
                use.refuse("new", ("%s exists already"):format(use.qualified(new, t.name)))
                good = false
            end
            kept[i] = use.exists(old, t.name) or nil
        end
        if not good then
            return {}
        end
        local make_old, drop_old, made_old = version(old, tables, columns.old, kept, use)
        local make_new, drop_new, made_new = version(new, tables, columns.new, {}, use)
        local steps = {}
        if make_old ~= "" then
            steps[1] = use.only_for(use.sql(use.id("views of %s", old), make_old, { undo = drop_old }), made_old)
        end
        steps[#steps + 1] = use.only_for(use.sql(use.id("views of %s", new), make_new, { undo = drop_new }), made_new)
        local checks = { use.words.approval(use.id("old code is gone: nobody uses %s", old)) }
        if v.clients then
            checks[2] = use.words.no_clients(use.id("clients of %s", old)) { application = v.clients }
        end
        return {
            use.words.expand(steps),
            use.words.gate(use.id("nobody uses %s", old))(checks),
            use.words.contract {
                use.sql(use.id("drop %s", old), drop_all(old, tables, use), not next(kept) and { undo = make_old } or nil),
            },
        }
    end,
}
