--- An index that takes the place and the name of another one.

local parted = require "parted"
local pieces = require "pieces"
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
    if t.kind == "partitioned table" and not index.valid then
        return ("%s is INVALID: a partition has no part of it, or an INVALID one"):format(quoted),
            "drop it, and let recipe.create_index make the new one"
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
    for _, r in ipairs(t.referenced_by) do
        if r.index == index.name then
            return ("the foreign key %s of %s needs %s"):format(use.quote(r.name), r.table, quoted)
        end
    end
end

-- The new ones get what the statements that make them do not say. old, new: nodes as in parted.lua, of the same tables.
-- Returns the SQL, its undo, and what of both is for partitions.
local function swap(root, new, old, use)
    local up, undo, settings = pieces.new(), pieces.new(), {}
    local function rename(out, node, from, to)
        out:add(("ALTER INDEX %s RENAME TO %s"):format(use.qualified(node.t.schema, from), use.quote(to)),
            parted.of_index(node, from))
    end
    local function set(node, a, b, sql)
        settings[#settings + 1] = { sql = sql, up = parted.of_index(node, a.name), undo = parted.of_index(node, b.name) }
    end
    local function one(node, a, b)
        local t, index = node.t, node.old
        rename(up, node, index.name, b.name)
        rename(up, node, a.name, index.name)
        rename(undo, node, index.name, a.name)
        rename(undo, node, b.name, index.name)
        if index.comment then
            set(node, a, b, ("COMMENT ON INDEX %s IS %s"):format(use.qualified(t.schema, index.name),
                use.literal(index.comment)))
        end
        if index.clustered then
            set(node, a, b, ("ALTER TABLE %s CLUSTER ON %s"):format(t.relation, use.quote(index.name)))
        end
        for i, part in ipairs(node.parts) do
            one(part, a.parts[i], b.parts[i])
        end
    end
    one(root, new, old)
    for _, setting in ipairs(settings) do
        up:add(setting.sql, setting.up)
        undo:add(setting.sql, setting.undo)
    end
    return up:text(), { undo = undo:text() }, { pieces = up:marks(), undo_pieces = undo:marks() }
end

-- Has it a part that the new one cannot stand for? Reported when it has.
local function unfit(root, v, use)
    local found = parted.identifies(use, root, "from")
    parted.each(root, function(node)
        if not found and node.old.clustered and (v.where or v.using and v.using ~= "btree" and v.using ~= "gist") then
            found = true
            use.refuse("from", ("%s is clustered on %s, which it cannot be on the new one"):format(
                node == root and "the table" or node.t.relation, use.quote(node.name)),
                "ALTER TABLE ... SET WITHOUT CLUSTER")
        end
    end)
    return found
end

-- Is a name that an index is to get taken? Reported when it is.
local function taken(root, use)
    local found
    parted.each(root, function(node)
        for _, what in ipairs { "new", "old" } do
            local name = use.name(node.name, what)
            if not found and use.exists(node.t.schema, name) then
                found = use.qualified(node.t.schema, name)
                use.refuse("from", ("%s exists already"):format(found))
            end
        end
    end)
    return found ~= nil
end

-- Steps that drop the old one, under the name that it has then.
local function drop(old, name, use)
    local id = use.id("drop the old %s", name)
    if old.t.kind == "partitioned table" then
        return parted.drop(use, old, id)
    end
    return {
        use.sql(id, "DROP INDEX CONCURRENTLY " .. use.qualified(old.t.schema, old.name), {
            undo = parted.create(old, "concurrently"),
        }),
    }
end

return {
    name = "replace_index",
    doc = "Gives an index other keys, another method or another condition: the new one is built concurrently, the "
        .. "two swap names in an instant, and behind a gate the old one is dropped concurrently.",
    notes = [[
**What goes over** to the new one: comment, tablespace, storage parameters (of an index of the same method) and CLUSTER.
While both are there the server may use either; taking the drop back builds the old one again.

**On a partitioned table** each partition's is built concurrently, the parts swap names, too, and the drop locks the table
and its partitions for an instant.

]] .. parted.notes,
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
        local root = parted.there(use, t, index)
        if not root or unfit(root, v, use) or taken(root, use) then
            return {}
        end
        local fits = true
        local new = parted.like(root, function(node)
            local behind = use.index_tail(node.t, v, node.old)
            fits = fits and behind ~= nil
            return {
                name = use.name(node.name, "new"),
                unique = v.unique,
                tail = (" USING %s (%s)%s"):format(v.using or "btree", v.keys, behind or ""),
            }
        end)
        if not fits then
            return {}
        end
        local old = parted.like(root, function(node)
            local clustered_no_more = setmetatable({ clustered = false }, { __index = node.old })
            return { name = use.name(node.name, "old"), old = clustered_no_more }
        end)
        local steps = parted.build(use, new)
        local up, options, more = swap(root, new, old, use)
        steps[#steps + 1] = use.more(use.sql(use.id("%s and %s swap names", name, new.name), up, options), more)
        return {
            use.words.expand(steps),
            use.words.gate(use.id("the new %s does", name)) {
                use.words.approval(use.id("queries do without the old %s", name)),
            },
            use.words.contract(drop(old, name, use)),
        }
    end,
}
