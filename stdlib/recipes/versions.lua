--- Two versions of an application side by side, each with views of its own.

local versions = require "versions"

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

local function read_tables(v, use)
    local tables, names = {}, {}
    for i, text in ipairs(v.tables) do
        local t = use.table(text, "tables")
        if not t or not t:is_table() or not versions.possible(t, "tables", use) then
            return nil
        end
        if names[t.name] then
            use.refuse("tables", ("two tables are called %s, and a view has the name of its table"):format(
                use.quote(t.name)))
            return nil
        end
        names[t.name] = true
        tables[i] = t
    end
    return tables
end

return {
    name = "versions",
    doc = "Shows tables to old and new code as each knows them, by two schemas of views: old code sets "
        .. "`search_path` to the one, new code to the other. So a column is renamed or hidden for new code at once "
        .. "and without a copy. Nothing else depends on it: who names the tables themselves reads and writes them "
        .. "as before.",
    notes = [[
**The views** are simple, so that the server reads and writes the table through them: INSERT with the table's defaults,
identity and RETURNING, UPDATE, DELETE, SELECT FOR UPDATE, ON CONFLICT with columns. Through a view there is no COPY (but
`COPY (SELECT ...) TO`), no TRUNCATE, no ON CONFLICT ON CONSTRAINT, no TABLESAMPLE, no ctid and, before PostgreSQL 17, no
MERGE.

**Rights.** A view has the rights of its table, of columns too. From PostgreSQL 15 on it acts for the caller, whose rights
and row security count; before, and where a role has rights on single columns, for the table's owner, and then a table
with row security is refused.

**The schemas** are made by the recipe. When `old` has the views already, because it was `new` in an earlier plan, they
stay as they are. The old schema goes in contract; that has an undo only when this plan made all of it.

**The tables themselves.** A view keeps its names when a column of its table is renamed, and keeps a column from being
dropped or changing its type: what the table itself becomes stands behind this recipe in the plan.]],
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
        local shapes, good = {}, true
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
            shapes[i] = {
                t = t,
                old = shown(t, added[i], {}, {}),
                new = shown(t, without[i], names[i], added[i]),
            }
            good = is_complete(t, shapes[i].new, without[i], use) and good
        end
        local made = good and versions.make({ old = old, new = new, clients = v.clients }, shapes, use)
        if not made then
            return {}
        end
        local checks = { use.words.approval(use.id("old code is gone: nobody uses %s", old)) }
        made.watch(checks)
        return {
            use.words.expand(made.steps),
            use.words.gate(use.id("nobody uses %s", old))(checks),
            use.words.contract { made.drop() },
        }
    end,
}
