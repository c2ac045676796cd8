--- An index that takes the place and the name of another one.

local shared = require "fields/shared"

-- "lower( Email ) DESC" -> "lower(email)"
local function plain(key)
    key = key:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
    for _, tail in ipairs { " [Nn][Uu][Ll][Ll][Ss] %a+$", " [Aa][Ss][Cc]$", " [Dd][Ee][Ss][Cc]$" } do
        key = key:gsub(tail, "")
    end
    return key:find '"' and key or key:lower():gsub(" ", "")
end

-- The keys of a list as in SQL: what stands between commas outside of parentheses and quotes.
local function keys_of(text)
    local list, depth, quote, from = {}, 0, nil, 1
    for at = 1, #text do
        local c = text:sub(at, at)
        if quote or c == "'" or c == '"' then
            quote = not quote and c or c ~= quote and quote or nil
        elseif c == "(" or c == "[" then
            depth = depth + 1
        elseif c == ")" or c == "]" then
            depth = depth - 1
        elseif c == "," and depth == 0 then
            list[#list + 1] = plain(text:sub(from, at - 1))
            from = at + 1
        end
    end
    list[#list + 1] = plain(text:sub(from))
    return list
end

-- May rows be in the table with the new unique index which the old one kept out?
local function lets_more_in(index, v)
    local old = {}
    for _, key in ipairs(index.keys) do
        old[plain(key)] = true
    end
    for _, key in ipairs(keys_of(v.keys)) do
        if not old[key] then
            return true
        end
    end
    return v.where ~= nil and v.where.text ~= index.predicate
end

-- Why the index cannot be replaced, or nil.
local function refused(t, index, v, use)
    local quoted = use.quote(index.name)
    if t.kind == "partitioned table" then
        return "an index of a partitioned table cannot be dropped concurrently",
            "recipe.create_index makes another one beside it"
    elseif index.constraint then
        return ("%s belongs to the constraint %s"):format(quoted, use.quote(index.constraint)),
            "recipe.add_unique and recipe.drop_constraint"
    elseif index.attached_to then
        return ("%s is a part of %s, the index of the partitioned table"):format(quoted, index.attached_to)
    elseif index.replica_identity then
        return ("%s is the replica identity of the table"):format(quoted)
    elseif index.unique and not v.unique and not v.duplicates then
        return ("%s is unique, and the new one is not: duplicates get in, and INSERT ... ON CONFLICT that needs it fails")
            :format(quoted), "unique = true; if duplicates are meant: duplicates = true"
    elseif index.unique and v.unique and not v.duplicates and lets_more_in(index, v) then
        return ("rows that %s keeps out may get past the new one, for it has other keys or another condition; INSERT ... "
            .. "ON CONFLICT that needs the old one fails"):format(quoted), "if that is meant: duplicates = true"
    end
    if index.clustered and (v.where or v.using and v.using ~= "btree" and v.using ~= "gist") then
        return ("the table is clustered on %s, which it cannot be on the new one"):format(quoted),
            "ALTER TABLE ... SET WITHOUT CLUSTER"
    end
    for _, r in ipairs(t.referenced_by) do
        if r.index == index.name then
            return ("the foreign key %s of %s needs %s"):format(use.quote(r.name), r.table, quoted)
        end
    end
end

-- The new one gets what the statement that makes it does not say.
local function swap(t, index, new, old, use)
    local function rename(from, to)
        return ("ALTER INDEX %s RENAME TO %s"):format(use.qualified(t.schema, from), use.quote(to))
    end
    local up = { rename(index.name, old), rename(new, index.name) }
    local undo = { rename(index.name, new), rename(old, index.name) }
    if index.comment then
        local comment = ("COMMENT ON INDEX %s IS %s"):format(use.qualified(t.schema, index.name), use.literal(index.comment))
        up[3], undo[3] = comment, comment
    end
    if index.clustered then
        local cluster = ("ALTER TABLE %s CLUSTER ON %s"):format(t.relation, use.quote(index.name))
        up[#up + 1] = cluster
        undo[#undo + 1] = cluster
    end
    return table.concat(up, ";\n"), { undo = table.concat(undo, ";\n") }
end

return {
    name = "replace_index",
    doc = "Gives an index other keys, another method or another condition: the new one is built concurrently, the two swap "
        .. "names in an instant, and behind a gate the old one is dropped concurrently. Comment, tablespace, storage "
        .. "parameters (of an index of the same method) and CLUSTER go over to the new one. While both are there the server "
        .. "may use either; taking the drop back builds the old one again.",
    fields = {
        shared.table,
        { name = "from", kind = "identifier", required = true, doc = "The index." },
        { name = "keys", kind = "text", required = true, doc = "What is indexed from now on, as in SQL: `org, lower(email) DESC`." },
        { name = "unique", kind = "boolean", default = false, doc = "Two rows may not have the same keys." },
        { name = "using", kind = "identifier", doc = "Access method; `btree` when not given." },
        { name = "include", kind = "columns", doc = "Columns that are stored along." },
        { name = "where", kind = "expression", doc = "Only rows for which this holds." },
        {
            name = "duplicates",
            kind = "boolean",
            default = false,
            doc = "The old one keeps rows out that the new one lets in, for it is not unique, or has other keys; that is "
                .. "meant.",
        },
    },
    example = [[
recipe.replace_index {
    table = "users",
    from = "users_email",
    keys = "lower(email)",
    where = "email IS NOT NULL",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local name = use.identifier(v.from)
        local index = t and t:is_table() and t:index(name, "from")
        if not index then
            return {}
        end
        local message, hint = refused(t, index, v, use)
        if message then
            use.refuse("from", message, hint)
            return {}
        end
        local new, old = use.name(name, "new"), use.name(name, "old")
        for _, taken in ipairs { new, old } do
            if use.exists(t.schema, taken) then
                use.refuse("from", ("%s exists already"):format(use.qualified(t.schema, taken)))
                return {}
            end
        end
        local behind = use.index_tail(t, v, index)
        if not behind then
            return {}
        end
        local steps = use.index(t, { name = new, keys = v.keys, unique = v.unique, using = v.using, behind = behind })
        local up, options = swap(t, index, new, old, use)
        steps[#steps + 1] = use.sql(use.id("%s and %s swap names", name, new), up, options)
        local qualified = use.qualified(t.schema, old)
        local again = index.definition:gsub("INDEX ", "INDEX CONCURRENTLY ", 1)
        local _, at = again:find(("INDEX CONCURRENTLY %s ON "):format(use.quote(name)), 1, true)
        return {
            use.words.expand(steps),
            use.words.gate(use.id("the new %s does", name)) {
                use.words.approval(use.id("queries do without the old %s", name)),
            },
            use.words.contract {
                use.sql(use.id("drop the old %s", name), "DROP INDEX CONCURRENTLY " .. qualified, {
                    undo = ("CREATE %sINDEX CONCURRENTLY %s ON %s"):format(index.unique and "UNIQUE " or "",
                        use.quote(old), again:sub(at + 1)),
                }),
            },
        }
    end,
}
