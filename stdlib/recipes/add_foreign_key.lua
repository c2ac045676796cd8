--- A foreign key, without a scan under a strong lock.

local aside = require "aside"
local parted = require "parted"
local pieces = require "pieces"
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

-- The partitions that have rows, into `list`, each with the path to it, and those that have partitions of their own into
-- `wholes`; false when that is refused.
local function leaves_of(t, path, use, list, wholes)
    for _, partition in ipairs(t.partitions) do
        local p = use.table(partition)
        local down = { table.unpack(path) }
        down[#down + 1] = p and p.relation
        if not p then
            return false
        elseif p.kind == "foreign table" then
            use.refuse("table", ("%s is a foreign table, which takes no foreign keys"):format(p.relation))
            return false
        elseif p.kind ~= "partitioned table" then
            list[#list + 1] = { t = p, path = down }
        else
            wholes[#wholes + 1] = p
            if not leaves_of(p, down, use, list, wholes) then
                return false
            end
        end
    end
    return true
end

-- Behind it PostgreSQL takes over what the partitions have, and reads no row; of one that came since it would.
local function every_partition_has_it(t, name, definition, use)
    return {
        sql = {
            text = aside.query([[
SELECT pg_catalog.count(*) = 0, pg_catalog.string_agg(c.oid::pg_catalog.regclass::text, ', ')
  FROM pg_catalog.pg_partition_tree(<'relation'>::pg_catalog.regclass) AS f
  JOIN pg_catalog.pg_class AS c ON c.oid = f.relid AND c.relkind = 'r'
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k
                    WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.convalidated AND k.conname = <'name'>)]],
                { relation = t.relation, name = name }),
            line = use.at.line,
        },
        message = ("partitions of %s lack the foreign key %s: they came since the plan was made"):format(t.relation,
            use.quote(name)),
        hint = ("of each: ALTER TABLE ... ADD CONSTRAINT %s %s NOT VALID, then ALTER TABLE ... VALIDATE CONSTRAINT %s; then "
            .. "go on"):format(use.quote(name), definition, use.quote(name)),
    }
end

-- Since version 18. A partition that was detached keeps the key, until the way back.
local function as_a_whole(use, t, name, definition)
    local steps, leaves, wholes = use.constraint(t, name, definition), {}, {}
    if not leaves_of(t, { t.relation }, use, leaves, wholes) then
        return {}
    end
    local drop = "ALTER TABLE %s DROP CONSTRAINT %s%s"
    local undo = pieces.new():add(drop:format(t.relation, "", use.quote(name)))
    local function add(p)
        undo:add(drop:format(p.relation, "IF EXISTS ", use.quote(name)), { "", p.relation })
    end
    for _, p in ipairs(wholes) do
        add(p)
    end
    for _, leaf in ipairs(leaves) do
        add(leaf.t)
    end
    use.more(steps[1], { undo = { text = undo:text(), line = use.at.line }, undo_pieces = undo:marks() })
    return steps
end

-- Before version 18 PostgreSQL has no NOT VALID foreign keys of partitioned tables. So each partition gets its own.
local function by_partitions(use, t, name, definition)
    local steps, leaves, wholes, quoted = {}, {}, {}, use.quote(name)
    if not leaves_of(t, { t.relation }, use, leaves, wholes) then
        return {}
    end
    local count = {}
    for _, leaf in ipairs(leaves) do
        count[leaf.t.name] = (count[leaf.t.name] or 0) + 1
    end
    for _, leaf in ipairs(leaves) do
        local p = leaf.t
        local alter, called = ("ALTER TABLE %s "):format(p.relation), count[p.name] > 1 and p.relation or p.name
        if not p:lacks("constraints", name, "name") then
            return {}
        end
        local add = alter .. ("ADD CONSTRAINT %s %s NOT VALID"):format(quoted, definition)
        -- It goes with that of the table, too.
        local drop, prove = alter .. "DROP CONSTRAINT IF EXISTS " .. quoted, alter .. "VALIDATE CONSTRAINT " .. quoted
        steps[#steps + 1] = use.more(use.sql(use.id("%s of %s: new rows", name, called), add, { undo = drop }), {
            pieces = pieces.one(add, leaf.path),
            undo_pieces = pieces.one(drop, { p.relation }),
        })
        steps[#steps + 1] = use.more(use.sql(use.id("%s of %s: all rows", name, called), prove, { undo = "nothing" }),
            { pieces = pieces.one(prove, leaf.path) })
    end
    local alter = ("ALTER TABLE %s "):format(t.relation)
    local undo = pieces.new():add(alter .. "DROP CONSTRAINT " .. quoted)
    for _, p in ipairs(wholes) do -- when it was detached
        undo:add(("ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s"):format(p.relation, quoted), { "", p.relation })
    end
    steps[#steps + 1] = use.more(
        use.sql(use.id("%s: of the whole table", name), alter .. ("ADD CONSTRAINT %s %s"):format(quoted, definition), {
            undo = undo:text(),
            -- Of a table that nobody described, it scans.
            allow = { "scan-add-fk", "scan-add-fk-partitioned" },
            because = "each partition has it and has proven it, so that nothing is read",
        }),
        { requires = { every_partition_has_it(t, name, definition, use) }, undo_pieces = undo:marks() }
    )
    return steps
end

return {
    name = "add_foreign_key",
    doc = "Adds a foreign key that holds for new rows at once; the old ones are looked at beside the application. Where "
        .. "no index begins with its columns one is built first: without it each DELETE over there scans the whole table here. "
        .. "Of a partitioned table, before PostgreSQL 18, each partition gets it so; that of the table then takes these over, "
        .. "with an instant under ACCESS EXCLUSIVE on the other table.",
    notes = parted.gone,
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
        local make = t.kind ~= "partitioned table" and use.constraint
            or t.server_version < 180000 and function(...) return by_partitions(use, ...) end
            or function(...) return as_a_whole(use, ...) end
        local list = make(t, name, definition)
        table.move(list, 1, #list, #steps + 1, steps)
        return { use.no_rows(t, name, orphans(use, t, other, from, to)), use.words.expand(steps) }
    end,
}
