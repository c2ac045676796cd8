--- A foreign key, without a scan under a strong lock.

local shared = require "fields/shared"

local function columns_of(t, list, field)
    local names = {}
    for i, text in ipairs(list) do
        local column = t:column(text, field)
        if not column then
            return nil
        end
        names[i] = column.name
    end
    return names
end

-- Without a word on it: the primary key.
local function referenced(use, other, v)
    if v.to then
        return columns_of(other, v.to, "to")
    end
    for _, k in ipairs(other.constraints) do
        if k.type == "primary key" then
            return k.columns
        end
    end
    use.refuse("references", ("%s has no primary key"):format(other.relation), 'name its columns: to = "code"')
end

local function orphans(use, t, other, from, to)
    local given, same = {}, {}
    for i, name in ipairs(from) do
        given[i] = ("%s.%s IS NOT NULL"):format(t.relation, use.quote(name))
        same[i] = ("referenced.%s = %s.%s"):format(use.quote(to[i]), t.relation, use.quote(name))
    end
    return ("%s AND NOT EXISTS (SELECT FROM %s AS referenced WHERE %s)"):format(
        table.concat(given, " AND "),
        other.relation,
        table.concat(same, " AND ")
    )
end

local function is_unique(other, names)
    for _, index in ipairs(other.indexes) do
        if index.unique and index.valid and not index.predicate and #index.keys == #names then
            local all = true
            for _, name in ipairs(names) do
                local found = false
                for _, key in ipairs(index.keys) do
                    found = found or key == name or key == '"' .. name:gsub('"', '""') .. '"'
                end
                all = all and found
            end
            if all then
                return true
            end
        end
    end
    return false
end

return {
    name = "add_foreign_key",
    doc = "Adds a foreign key that holds for new rows at once; the old ones are looked at beside the application. Where "
        .. "no index begins with its columns one is built first: without it each DELETE over there scans the whole table here.",
    fields = {
        shared.table,
        { name = "columns", kind = "columns", required = true, doc = "The column or columns here." },
        { name = "references", kind = "qualified", required = true, doc = "The other table." },
        { name = "to", kind = "columns", doc = "Its columns; its primary key when not given." },
        { name = "name", kind = "identifier", doc = "The constraint's name; TABLE_COLUMNS_fkey when not given." },
        {
            name = "on_delete",
            kind = "choice",
            values = { "no action", "restrict", "cascade", "set null", "set default" },
            doc = "What a DELETE over there does here.",
        },
        {
            name = "on_update",
            kind = "choice",
            values = { "no action", "restrict", "cascade", "set null", "set default" },
            doc = "What an UPDATE of the key over there does here.",
        },
        { name = "index", kind = "boolean", default = true, doc = "Build an index on the columns where there is none." },
    },
    example = [[
recipe.add_foreign_key {
    table = "orders",
    columns = "user_id",
    references = "users",
}]],
    expand = function(v, use)
        local t, other = use.table(v.table), use.table(v.references, "references")
        if not t or not other or not t:is_table() or not other:is_table() then
            return {}
        end
        local from, to = columns_of(t, v.columns, "columns"), referenced(use, other, v)
        if not from or not to then
            return {}
        elseif #from ~= #to then
            use.refuse("columns", ("%d columns cannot refer to %d"):format(#from, #to))
            return {}
        elseif not is_unique(other, to) then
            use.refuse(v.to and "to" or "references", ("no unique index of %s has just the columns %s")
                :format(other.relation, use.names(to)), "recipe.add_unique makes one")
            return {}
        elseif t.kind == "partitioned table" then
            use.refuse(
                "table",
                "PostgreSQL has no NOT VALID foreign keys of partitioned tables before version 18",
                "add it to each partition first, and then to the table"
            )
            return {}
        end
        local columns = table.concat(from, "_")
        local name = v.name and use.identifier(v.name) or use.name(t.name, columns, "fkey")
        if not t:lacks("constraints", name, "name") then
            return {}
        end
        local steps = {}
        if v.index and not t:has_index_on(from) then
            steps = use.index(t, { name = use.name(t.name, columns, "idx"), keys = use.names(from) })
        end
        local definition = ("FOREIGN KEY (%s) REFERENCES %s (%s)"):format(use.names(from), other.relation, use.names(to))
            .. (v.on_delete and " ON DELETE " .. v.on_delete:upper() or "")
            .. (v.on_update and " ON UPDATE " .. v.on_update:upper() or "")
        for _, step in ipairs(use.constraint(t, name, definition)) do
            steps[#steps + 1] = step
        end
        return { use.no_rows(t, name, orphans(use, t, other, from, to)), use.words.expand(steps) }
    end,
}
