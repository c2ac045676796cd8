--- Another primary key: the new one is built beside the old one, which stays as a unique index.

local shared = require "fields/shared"
local successor = require "successor"

local alter = successor.alter

local function key_of(t)
    for _, k in ipairs(t.constraints) do
        if k.type == "primary key" then
            return k
        end
    end
end

-- Foreign keys that need the old key; they go over to its unique index.
local function keys_to(t, key, use)
    local list = {}
    for _, r in ipairs(t.referenced_by) do
        if r.index == key.index then
            local owner = use.table(r.table)
            local k = owner and owner:constraint(r.name)
            list[#list + 1] = { name = r.name, relation = r.table, t = owner, valid = r.valid,
                definition = r.definition:gsub(" NOT VALID$", ""), comment = k and k.comment }
        end
    end
    return list
end

local function comment_on(name, relation, comment, use)
    return comment
        and (";\nCOMMENT ON CONSTRAINT %s ON %s IS %s"):format(use.quote(name), relation, use.literal(comment)) or ""
end

-- What the transaction does, and what takes it back.
local function exchange(t, key, keys, new, old, use)
    local up, undo = {}, {}
    local function step(forth, back)
        up[#up + 1] = forth
        table.insert(undo, 1, back)
    end
    local function add_foreign(k)
        return ("ALTER TABLE %s ADD CONSTRAINT %s %s NOT VALID"):format(k.relation, use.quote(k.name), k.definition)
            .. comment_on(k.name, k.relation, k.comment, use)
    end
    local function drop_foreign(k)
        return ("ALTER TABLE %s DROP CONSTRAINT %s"):format(k.relation, use.quote(k.name))
    end
    local function add_key(index)
        return alter(t, "ADD CONSTRAINT %s PRIMARY KEY USING INDEX %s", use.quote(key.name), use.quote(index))
            .. comment_on(key.name, t.relation, key.comment, use)
    end
    local drop_key = alter(t, "DROP CONSTRAINT %s", use.quote(key.name))
    for _, k in ipairs(keys) do
        step(drop_foreign(k), add_foreign(k))
    end
    step(drop_key, add_key(old))
    step(add_key(new), drop_key)
    for _, k in ipairs(keys) do
        step(add_foreign(k), drop_foreign(k))
    end
    return table.concat(up, ";\n"), table.concat(undo, ";\n")
end

local function validate(keys, behind, use)
    local steps = {}
    for _, k in ipairs(keys) do
        local text = ("ALTER TABLE %s VALIDATE CONSTRAINT %s"):format(k.relation, use.quote(k.name))
        if k.valid then
            steps[#steps + 1] = use.sql(use.id(behind and "%s.%s: all rows" or "%s.%s holds", k.t.name, k.name), text,
                { undo = behind and "nothing" or text })
        end
    end
    return steps
end

-- Reports what is in the way, nil then; else the names of the columns.
local function check(t, key, keys, v, use)
    local index = t:index(key.index, "table")
    local reason, hint
    if t:family() then
        reason = t:family()
        hint = "a constraint of a partitioned table cannot take an index that is there"
    elseif index.replica_identity or index.clustered then
        reason = ("%s is named as %s of the table"):format(use.quote(key.name),
            index.replica_identity and "replica identity" or "what to CLUSTER on")
        hint = "set it to another one first"
    elseif key.deferrable then
        reason = ("%s is DEFERRABLE"):format(use.quote(key.name))
        hint = "write the steps yourself"
    elseif #keys > 0 and not v.keep then
        reason = ("the foreign key %s of %s refers to the old key"):format(use.quote(keys[1].name), keys[1].relation)
        hint = "keep = true keeps its unique index, to which the foreign key goes over"
    end
    for _, k in ipairs(keys) do
        if k.t.kind ~= "table" or k.t.partition_of then
            reason = ("the foreign key %s is of %s, which is partitioned"):format(use.quote(k.name), k.relation)
            hint = "PostgreSQL cannot add it NOT VALID there: drop it first, and add it again behind the plan"
        end
    end
    if reason then
        use.refuse("table", reason, hint)
        return nil
    end
    local names = {}
    for i, text in ipairs(v.columns) do
        local column = t:column(text, "columns")
        if not column then
            return nil
        end
        names[i] = column.name
    end
    if use.same(names, key.columns) then
        use.refuse("columns", "they are the primary key already")
        return nil
    end
    return names
end

return {
    name = "replace_primary_key",
    doc = "Gives a table another primary key. The index of the new one is built concurrently, and so is a unique index over "
        .. "the columns of the old one; one short transaction exchanges the keys. The old unique index goes behind a gate, or "
        .. "stays (`keep`).",
    notes = [[
The exchange takes ACCESS EXCLUSIVE for an instant on the table, and on those whose foreign keys refer to the old key: these go
over to the unique index, NOT VALID at first, so that they hold for every write, and are proven behind it. They need
`keep = true`. The new key has the constraint's name of the old one: ON CONFLICT ON CONSTRAINT means the new one from then
on, and ON CONFLICT with the old columns works as long as the unique index is there. Of a replica identity that is
DEFAULT, subscribers get the new columns. Columns that are not NOT NULL become so, with a gate that is closed while there are rows without
a value; those of the old key stay NOT NULL.]],
    fields = {
        shared.table,
        { name = "columns", kind = "columns", required = true, doc = "The column or columns of the new key." },
        {
            name = "keep",
            kind = "boolean",
            default = false,
            doc = "The old key's columns stay unique, for good.",
        },
    },
    example = [[recipe.replace_primary_key { table = "orders", columns = { "user_id", "id" } }]],
    expand = function(v, use)
        local t = use.table(v.table)
        if not t or not t:is_table() then
            return {}
        end
        local key = key_of(t)
        if not key then
            use.refuse("table", "it has no primary key", "recipe.add_primary_key")
            return {}
        end
        local keys = keys_to(t, key, use)
        local names = check(t, key, keys, v, use)
        if not names then
            return {}
        end
        local new, old = use.name("zdm_new", key.name), use.name(t.name, table.concat(key.columns, "_"), "key")
        if not t:lacks("indexes", new, "columns") or not t:lacks("indexes", old, "columns")
            or not t:lacks("constraints", old, "columns") then
            return {}
        end
        local blocks, w = {}, use.words
        for _, name in ipairs(names) do
            for _, block in ipairs(not t:find(name).not_null and use.not_null(t, name) or {}) do
                blocks[#blocks + 1] = block
            end
        end
        local function index(name, text)
            local undo = "DROP INDEX CONCURRENTLY IF EXISTS " .. use.qualified(t.schema, name)
            return use.sql(use.id("index %s", name), text, { undo = undo })
        end
        local as_before = successor.index_sql(t, t:index(key.index, "table"), old, {}, use)
        local steps = {
            index(new, ("CREATE UNIQUE INDEX CONCURRENTLY %s ON %s USING btree (%s)"):format(use.quote(new), t.relation,
                use.names(names))),
            index(old, as_before),
        }
        table.move(validate(keys, false, use), 1, #keys, #steps + 1, steps)
        local up, undo = exchange(t, key, keys, new, old, use)
        local step = use.sql(use.id("%s: another key", t.name), up, { undo = undo })
        steps[#steps + 1] = use.more(step, { requires = successor.indexes_there(t, { new, old }, use) })
        for _, more in ipairs(validate(keys, true, use)) do
            steps[#steps + 1] = more
        end
        blocks[#blocks + 1] = w.expand(steps)
        if not v.keep then
            blocks[#blocks + 1] = w.gate(use.id("nobody needs %s to be unique", old)) {
                w.approval(use.id("nobody needs %s: no ON CONFLICT, no look-up by it", old)),
            }
            local qualified = use.qualified(t.schema, old)
            blocks[#blocks + 1] = w.contract {
                use.sql(use.id("drop %s", old), "DROP INDEX CONCURRENTLY " .. qualified, { undo = as_before }),
            }
        end
        return blocks
    end,
}
