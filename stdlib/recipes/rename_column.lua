--- A column under another name: a second column beside it, and then the first goes.

local shared = require "fields/shared"

-- Words that are no column where they stand: of a type's name, a collation, and the field of EXTRACT.
local function is_no_column(sql, i, word)
    local function behind(text)
        return sql:sub(i - #text, i - 1) == text
    end
    return behind "COLLATE "
        or behind "EXTRACT("
        or word == "zone" and behind "time "
        or word == "varying" and (behind "character " or behind "bit ")
end

-- SQL as the server spells it, with one column under another name. Words behind "." and "::", in front of "(" and
-- ".", and inside of quotes mean something else.
local function renamed(sql, from, to)
    local out, i, n = {}, 1, #sql
    local before = ""
    while i <= n do
        local stop
        local c = sql:sub(i, i)
        if c == "'" then
            stop = sql:find("'", i + 1, true) or n
        elseif c == '"' then
            stop = i
            repeat
                stop = sql:find('"', stop + 1, true) or n
            until sql:sub(stop + 1, stop + 1) ~= '"' or stop == n
        elseif c:find "[%a_\128-\255]" then
            stop = (sql:find("[^%w_$\128-\255]", i) or n + 1) - 1
        else
            stop = i
        end
        local word = sql:sub(i, stop)
        local behind = sql:sub(stop + 1, stop + 1)
        if
            word == from
            and before ~= "."
            and before ~= ":"
            and behind ~= "("
            and behind ~= "."
            and not is_no_column(sql, i, word)
        then
            word = to
        end
        out[#out + 1] = word
        before = c:find "%s" and before or word:sub(-1)
        i = stop + 1
    end
    return table.concat(out)
end

-- What the new column cannot take over.
local function in_the_way(t, c, use)
    local list = {}
    for _, d in ipairs(t.dependents) do
        if d.column == c.name then
            list[#list + 1] = d.what
        end
    end
    local kept = { ["check"] = true, ["unique"] = true, ["foreign key"] = true, ["not null"] = true }
    for _, k in ipairs(t.constraints) do
        if use.contains(k.columns, c.name) and not kept[k.type] then
            list[#list + 1] = ("%s %s"):format(k.type, k.name)
        end
    end
    for _, index in ipairs(t.indexes) do
        if use.contains(index.columns, c.name) then
            local k = index.constraint and t:constraint(index.constraint)
            if k and k.type ~= "unique" and not use.contains(k.columns, c.name) then
                list[#list + 1] = ("%s %s"):format(k.type, k.name)
            end
            if index.replica_identity then
                list[#list + 1] = ("replica identity %s"):format(index.name)
            end
        end
    end
    for _, r in ipairs(t.referenced_by) do
        if use.contains(r.referenced, c.name) then
            list[#list + 1] = ("foreign key %s of %s"):format(r.name, r.table)
        end
    end
    for _, what in ipairs { "generated", "identity", "sequence", "inherited" } do
        if c[what] then
            list[#list + 1] = what == "sequence" and "sequence " .. c.sequence or ("it is %s"):format(what)
        end
    end
    if c.type_default then
        list[#list + 1] = ("the default of its type %s, which a column cannot be without"):format(c.type)
    end
    if c.no_equality then
        list[#list + 1] = ("its type %s has no equality by which both columns could be compared"):format(c.type)
    end
    if t.kind ~= "table" or t.partition_of or #t.children > 0 then
        list[#list + 1] = "the table is partitioned, a partition, or others inherit from it"
    end
    table.sort(list)
    return list
end

-- What the column shares with one that the plan renames already: each of the two would make a copy of it that holds
-- the other's old column, and goes away with that.
local function shared_with_earlier(t, c, use)
    local earlier = use.notes("renamed columns of " .. t.relation)
    local found
    for _, other in ipairs(earlier) do
        if other == c.name then
            found = found or ("the plan renames %s already"):format(use.quote(c.name))
        end
        for _, list in ipairs { t.constraints, t.indexes } do
            for _, owner in ipairs(list) do
                if use.contains(owner.columns, c.name) and use.contains(owner.columns, other) then
                    found = found or ("%s is of both %s and %s, which the plan renames already"):format(
                        use.quote(owner.name), use.quote(c.name), use.quote(other))
                end
            end
        end
    end
    earlier[#earlier + 1] = c.name
    return found
end

-- The new column as the old one is, but for NOT NULL and default: those come later.
local function add_column(t, c, to, use)
    local alter, quoted = ("ALTER TABLE %s "):format(t.relation), use.quote(to)
    local lines = {
        alter .. ("ADD COLUMN %s %s%s"):format(quoted, c.type, c.collation and " COLLATE " .. c.collation or ""),
    }
    local column = ("%sALTER COLUMN %s "):format(alter, quoted)
    if c.storage then
        lines[#lines + 1] = column .. "SET STORAGE " .. c.storage:upper()
    end
    if c.compression then
        lines[#lines + 1] = column .. "SET COMPRESSION " .. c.compression
    end
    if c.statistics then
        lines[#lines + 1] = column .. ("SET STATISTICS %d"):format(c.statistics)
    end
    if c.options then
        lines[#lines + 1] = column .. ("SET (%s)"):format(table.concat(c.options, ", "))
    end
    if c.comment then
        lines[#lines + 1] = ("COMMENT ON COLUMN %s.%s IS %s"):format(t.relation, quoted, use.literal(c.comment))
    end
    for _, grant in ipairs(c.grants or {}) do
        lines[#lines + 1] = ("GRANT %s (%s) ON %s TO %s%s"):format(grant.privilege, quoted, t.relation,
            grant.role and use.quote(grant.role) or "PUBLIC", grant.grantable and " WITH GRANT OPTION" or "")
    end
    return table.concat(lines, ";\n")
end

-- A name for what belongs to the new column.
local function name_for(name, c, to, t, use)
    local at, stop = name:find(c.name, 1, true)
    local new = at and use.name(name:sub(1, at - 1) .. to .. name:sub(stop + 1)) or use.name(name, to)
    for _, list in ipairs { t.indexes, t.constraints } do
        for _, other in ipairs(list) do
            if other.name == new then
                return use.name(name, to, "new")
            end
        end
    end
    return new
end

-- An index like the old one, and the constraint over it when there is one.
local function index_steps(t, index, name, c, to, use, steps)
    local _, at = index.definition:find((" ON %s USING "):format(t.relation), 1, true)
    local method, body = index.definition:match("^(%S+)( .*)$", at + 1)
    local quoted = use.quote(name)
    steps[#steps + 1] = use.sql(
        use.id("index %s", name),
        ("CREATE %sINDEX CONCURRENTLY %s ON %s USING %s%s"):format(
            index.unique and "UNIQUE " or "",
            quoted,
            t.relation,
            method,
            renamed(body, use.quote(c.name), use.quote(to))
        ),
        { undo = "DROP INDEX CONCURRENTLY " .. use.qualified(t.schema, name) }
    )
    if index.constraint then
        local deferrable = t:constraint(index.constraint).definition:match " DEFERRABLE.*$" or ""
        local alter = ("ALTER TABLE %s "):format(t.relation)
        steps[#steps + 1] = use.sql(
            use.id("constraint %s", name),
            alter .. ("ADD CONSTRAINT %s UNIQUE USING INDEX %s%s"):format(quoted, quoted, deferrable),
            { undo = alter .. "DROP CONSTRAINT " .. quoted }
        )
    end
end

local function indexes(t, c, to, use, steps)
    for _, index in ipairs(t.indexes) do
        local constraint = index.constraint and t:constraint(index.constraint)
        if use.contains(index.columns, c.name) or constraint and use.contains(constraint.columns, c.name) then
            index_steps(t, index, name_for(index.name, c, to, t, use), c, to, use, steps)
        end
    end
end

-- The columns that a foreign key refers to are of the other table, whatever their names.
local function foreign_key(definition, from, to)
    local at = definition:find(" REFERENCES ", 1, true)
    local own, other = definition:sub(1, at - 1), definition:sub(at)
    local before, set = other:match "^(.* ON DELETE SET %u+ )(%(.*)$"
    return renamed(own, from, to) .. (set and before .. renamed(set, from, to) or other)
end

local function constraints(t, c, to, use, steps)
    for _, k in ipairs(t.constraints) do
        if use.contains(k.columns, c.name) and (k.type == "check" or k.type == "foreign key") then
            local rename = k.type == "check" and renamed or foreign_key
            local definition = rename(k.definition:gsub(" NOT VALID$", ""), use.quote(c.name), use.quote(to))
            for i, step in ipairs(use.constraint(t, name_for(k.name, c, to, t, use), definition)) do
                if i == 1 or k.valid then
                    steps[#steps + 1] = step
                end
            end
        end
    end
end

-- Indexes and constraints of the column that the description does not know: they came since, by an earlier step of
-- the plan or by somebody else. The DROP COLUMN would take them away without a word.
local function newcomers(t, c, use)
    local known = {}
    for _, list in ipairs { t.indexes, t.constraints } do
        for _, other in ipairs(list) do
            if use.contains(other.columns, c.name) then
                known[#known + 1] = use.literal(other.name)
            end
        end
    end
    return ([[
SELECT pg_catalog.count(*) = 0 AS none, pg_catalog.string_agg(s.name, ', ') AS the_new_column_lacks
FROM (SELECT i.relname::pg_catalog.text AS name
        FROM pg_catalog.pg_index AS x
        JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid
       WHERE x.indrelid = %s::pg_catalog.regclass AND a.attname = %s
         AND (a.attnum = ANY (x.indkey::pg_catalog.int2[])
              OR EXISTS (SELECT FROM pg_catalog.pg_depend AS p
                          WHERE p.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.objid = x.indexrelid
                            AND p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                            AND p.refobjid = x.indrelid AND p.refobjsubid = a.attnum))
      UNION
      SELECT k.conname::pg_catalog.text
        FROM pg_catalog.pg_constraint AS k
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
       WHERE k.conrelid = %s::pg_catalog.regclass AND a.attname = %s AND k.contype <> 'n') AS s
WHERE s.name <> ALL (ARRAY[%s]::pg_catalog.text[])]]):format(
        use.literal(t.relation),
        use.literal(c.name),
        use.literal(t.relation),
        use.literal(c.name),
        table.concat(known, ", ")
    )
end

return {
    name = "rename_column",
    doc = "Gives a column another name while old and new code run side by side: a second column with everything that hangs "
        .. "on the first (type, collation, storage, rights, comment, indexes, constraints, keys), kept equal by triggers; "
        .. "behind a gate the first is dropped. While two columns "
        .. "are unique, INSERT ... ON CONFLICT on one of them can fail with a duplicate key of the other, when two sessions "
        .. "insert the same value at the same time: the application has to repeat it.",
    fields = {
        shared.table,
        { name = "from", kind = "identifier", required = true, doc = "The column." },
        { name = "to", kind = "identifier", required = true, doc = "Its new name." },
    },
    example = [[
recipe.rename_column {
    table = "users",
    from = "email",
    to = "email_address",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local c = t and t:is_table() and t:column(v.from, "from")
        local to = use.identifier(v.to)
        if not c or not t:lacks("columns", to, "to") then
            return {}
        end
        local obstacles = in_the_way(t, c, use)
        if #obstacles > 0 then
            use.refuse(
                "from",
                ("%s has what the new column cannot take over: %s"):format(
                    use.quote(c.name),
                    table.concat(obstacles, "; ")
                ),
                "take these away first, or write the steps yourself"
            )
            return {}
        end
        local both = shared_with_earlier(t, c, use)
        if both then
            use.refuse("from", both, "rename one column after the other: the second in a plan of its own")
            return {}
        end
        local from, new = use.quote(c.name), use.quote(to)
        local w, alter = use.words, ("ALTER TABLE %s "):format(t.relation)
        local blocks = {
            w.expand {
                use.sql(
                    use.id("add %s.%s", t.name, to),
                    add_column(t, c, to, use),
                    { undo = alter .. "DROP COLUMN " .. new }
                ),
                w.sync { table = t.relation, from = from, to = new },
            },
            w.backfill(use.id("copy %s.%s to %s", t.name, c.name, to)) {
                table = t.relation,
                set = { [new] = from },
                where = ("%s IS NULL AND %s IS NOT NULL"):format(new, from),
            },
        }
        local steps = {}
        indexes(t, c, to, use, steps)
        constraints(t, c, to, use, steps)
        if #steps > 0 then
            blocks[#blocks + 1] = w.expand(steps)
        end
        for _, block in ipairs(c.not_null and use.not_null(t, to) or {}) do
            blocks[#blocks + 1] = block
        end
        blocks[#blocks + 1] = w.gate(use.id("nobody uses %s.%s", t.name, c.name)) {
            w.consistent { table = t.relation, from = from, to = new },
            w.sql(use.id("%s.%s has no index or constraint that came later", t.name, c.name))(newcomers(t, c, use)),
            w.approval(use.id("old code is gone: nobody uses %s.%s", t.name, c.name)),
        }
        local last = {}
        if c.default then
            last[1] = use.sql(
                use.id("default of %s.%s", t.name, to),
                alter .. ("ALTER COLUMN %s SET DEFAULT %s"):format(new, c.default),
                { undo = alter .. ("ALTER COLUMN %s DROP DEFAULT"):format(new) }
            )
        end
        last[#last + 1] = w.drop_column { table = t.relation, column = from }
        blocks[#blocks + 1] = w.contract(last)
        return blocks
    end,
}
