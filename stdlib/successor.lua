--- A column beside the one whose place it takes: what hangs on the old one, said of the new one.
--
-- `names` in what follows is a table of a column's (bare) name -> the name of its successor: a table may get several
-- at once, and one index may have two of them.

local successor = {}

--- ALTER TABLE t ...
function successor.alter(t, text, ...)
    return ("ALTER TABLE %s %s"):format(t.relation, text:format(...))
end

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

--- SQL as the server spells it, with columns under other names. Words behind "." and "::", in front of "(" and
--- ".", and inside of quotes mean something else.
function successor.renamed(sql, names, use)
    local quoted = {}
    for from, to in next, names do
        quoted[use.quote(from)] = use.quote(to)
    end
    local out, i, n = {}, 1, #sql
    local before = ""
    while i <= n do
        local stop
        local c = sql:sub(i, i)
        if c == "'" then
            stop = sql:find("'", i + 1, true) or n
        elseif c == '"' then
            stop = sql:find('"', i + 1, true) or n
            while sql:sub(stop + 1, stop + 1) == '"' do -- a doubled one is of the name
                stop = sql:find('"', stop + 2, true) or n
            end
        elseif c:find "[%a_\128-\255]" then
            stop = (sql:find("[^%w_$\128-\255]", i) or n + 1) - 1
        else
            stop = i
        end
        local word = sql:sub(i, stop)
        local behind = sql:sub(stop + 1, stop + 1)
        if
            quoted[word]
            and before ~= "."
            and before ~= ":"
            and behind ~= "("
            and behind ~= "."
            and not is_no_column(sql, i, word)
        then
            word = quoted[word]
        end
        out[#out + 1] = word
        before = c:find "%s" and before or word:sub(-1)
        i = stop + 1
    end
    return table.concat(out)
end

--- The new column as the old one is, but for NOT NULL and default: those come later. `type` when it has another,
--- for which collation, storage and compression of the old one mean nothing.
function successor.add_column(t, c, to, use, type)
    local alter, quoted = ("ALTER TABLE %s "):format(t.relation), use.quote(to)
    local collation = not type and c.collation and " COLLATE " .. c.collation or ""
    local lines = { alter .. ("ADD COLUMN %s %s%s"):format(quoted, type or c.type, collation) }
    local column = ("%sALTER COLUMN %s "):format(alter, quoted)
    if c.storage and not type then
        lines[#lines + 1] = column .. "SET STORAGE " .. c.storage:upper()
    end
    if c.compression and not type then
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

--- CREATE INDEX CONCURRENTLY of an index like `index`, over the columns of `names`; `empty`: the name of a table that
--- is empty, at once.
function successor.index_sql(t, index, name, names, use, empty)
    local head, space, condition = use.index_parts(index)
    local _, at = head:find((" ON %s USING "):format(t.relation), 1, true)
    local method, body = head:match("^(%S+)( .*)$", at + 1)
    return ("CREATE %sINDEX %s%s ON %s USING %s%s%s%s"):format(
        index.unique and "UNIQUE " or "",
        empty and "" or "CONCURRENTLY ",
        use.quote(name),
        empty or t.relation,
        method,
        successor.renamed(body, names, use),
        space,
        successor.renamed(condition, names, use)
    )
end

--- " DEFERRABLE INITIALLY DEFERRED", or what of it a constraint has.
function successor.deferrable(constraint)
    return constraint.definition:match " DEFERRABLE.*$" or ""
end

--- An index like the old one, and the unique constraint over it when there is one.
function successor.index(t, index, name, names, use, steps)
    local quoted = use.quote(name)
    steps[#steps + 1] = use.sql(use.id("index %s", name), successor.index_sql(t, index, name, names, use), {
        undo = "DROP INDEX CONCURRENTLY " .. use.qualified(t.schema, name),
    })
    local constraint = index.constraint and t:constraint(index.constraint)
    if constraint and constraint.type == "unique" then
        local alter = ("ALTER TABLE %s "):format(t.relation)
        steps[#steps + 1] = use.sql(
            use.id("constraint %s", name),
            alter .. ("ADD CONSTRAINT %s UNIQUE USING INDEX %s%s"):format(quoted, quoted,
                successor.deferrable(constraint)),
            { undo = alter .. "DROP CONSTRAINT " .. quoted }
        )
    end
end

-- The columns that a foreign key refers to are of the other table, whatever their names.
local function foreign_key(definition, names, use)
    local at = definition:find(" REFERENCES ", 1, true)
    local own, other = definition:sub(1, at - 1), definition:sub(at)
    local before, set = other:match "^(.* ON DELETE SET %u+ )(%(.*)$"
    return successor.renamed(own, names, use) .. (set and before .. successor.renamed(set, names, use) or other)
end

--- A check or foreign key like the old one, proven when that was.
function successor.constraint(t, k, name, names, use, steps)
    local rename = k.type == "check" and successor.renamed or foreign_key
    local definition = rename(k.definition:gsub(" NOT VALID$", ""), names, use)
    for _, step in ipairs(use.constraint(t, name, definition, not k.valid)) do
        steps[#steps + 1] = step
    end
end

--- Has one of these lists of columns one of `names`?
function successor.touches(names, ...)
    for i = 1, select("#", ...) do
        for _, column in ipairs((select(i, ...)) or {}) do
            if names[column] then
                return true
            end
        end
    end
    return false
end

--- A query for a gate: indexes and constraints of the column that the description does not know. They came since, by
--- an earlier step of the plan or by somebody else, and would go with the column without a word.
function successor.newcomers(t, c, use, made)
    local known = {}
    for _, list in ipairs { t.indexes, t.constraints } do
        for _, other in ipairs(list) do
            if use.contains(other.columns, c.name) then
                known[#known + 1] = use.literal(other.name)
            end
        end
    end
    for _, name in ipairs(made or {}) do
        known[#known + 1] = use.literal(name)
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

--- What a step requires that makes keys of indexes: when it was taken back alone they are gone.
function successor.indexes_there(t, names, use)
    local list = {}
    for i, name in ipairs(names) do
        list[i] = {
            sql = {
                text = ([[
SELECT pg_catalog.count(*) = 1 FROM pg_catalog.pg_index AS x
 WHERE x.indexrelid = pg_catalog.to_regclass(%s) AND x.indisvalid]]):format(
                    use.literal(use.qualified(t.schema, name))),
                line = use.at.line,
            },
            message = ("there is no index %s any more: it went when the swap was taken back"):format(use.quote(name)),
            hint = ('take back its step, too: zdm rollback --to "..." the step before "index %s"'):format(name),
        }
    end
    return list
end

local function shared(t, c, other, use)
    if other == c.name then
        return ("the plan replaces %s already"):format(use.quote(c.name))
    end
    for _, list in ipairs { t.constraints, t.indexes } do
        for _, owner in ipairs(list) do
            if use.contains(owner.columns, c.name) and use.contains(owner.columns, other) then
                return ("%s is of both %s and %s, which the plan replaces already"):format(
                    use.quote(owner.name), use.quote(c.name), use.quote(other))
            end
        end
    end
end

--- What one of the columns shares with one that the plan replaces already: each of the two would make a copy of it that
--- holds the other's old column, and goes away with that. Columns that are replaced together share what they like.
function successor.shared_with_earlier(t, columns, use)
    local earlier = use.notes("replaced columns of " .. t.relation)
    local found
    for _, c in ipairs(columns) do
        for _, other in ipairs(earlier) do
            found = found or shared(t, c, other, use)
        end
    end
    for _, c in ipairs(columns) do
        earlier[#earlier + 1] = c.name
    end
    return found
end

return successor
