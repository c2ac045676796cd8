--- UNIQUE and PRIMARY KEY of partitioned tables.
--
-- Such a constraint cannot take an index that is there. But where each partition has the same constraint already, that
-- of the table takes these over and builds nothing. And that of a partition can take an index that was built
-- concurrently.

local aside = require "aside"
local native = require "native"
local parted = require "parted"
local pieces = require "pieces"

local keys = {
    --- Of the pages of recipes.
    notes = [[
**Partitions that come in the meantime** get theirs by PostgreSQL once the table has the constraint. One that came
before, since the plan was put together, stops the step that adds it to the table, and on the way back the rollback:
what is said names the partition, and the statements that give it the constraint; then go on.

]] .. parted.gone,
}

local words = { u = "UNIQUE", p = "PRIMARY KEY" }

--- A query: why the way that builds nothing is not open now, or no row. A partition without such a constraint, which
--- came since, would get its index built under the lock. leaves: nodes as in parted.lua, which get theirs on the way;
--- by_index: of their indexes, as far as these are there.
function keys.late(t, name, type, definition, leaves, by_index)
    local known, above, needs = {}, {}, {}
    for i, leaf in ipairs(leaves) do
        known[i], above[i] = leaf.path[#leaf.path], leaf.path[#leaf.path - 1]
        needs[i] = by_index and native.quote_qualified(leaf.t.schema, leaf.name) or known[i]
    end
    local function array(list)
        local literals = {}
        for i, text in ipairs(list) do
            literals[i] = native.quote_literal(text)
        end
        return ("ARRAY[%s]::pg_catalog.text[]"):format(table.concat(literals, ", "))
    end
    return aside.query([[
SELECT pg_catalog.format('%s has no constraint like %s, so that its index would be built under ACCESS EXCLUSIVE; '
           'first: '
           'CREATE UNIQUE INDEX CONCURRENTLY ... ON %1$s, then ALTER TABLE %1$s ADD %3$s USING INDEX ...',
           c.oid::pg_catalog.regclass, <'name'>, <'word'>)
  FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(<'relation'>)) AS f
  JOIN pg_catalog.pg_class AS c ON c.oid = f.relid AND c.relkind = 'r'
 WHERE NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest(<known>), pg_catalog.unnest(<above>),
                                              pg_catalog.unnest(<needs>)) AS k (leaf, above, needs)
                    WHERE pg_catalog.to_regclass(k.leaf) = f.relid
                      AND pg_catalog.to_regclass(k.needs) IS NOT NULL
                      AND pg_catalog.to_regclass(k.above) = f.parentrelid)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS u
                    WHERE u.conrelid = c.oid AND u.contype = <'type'>
                      AND pg_catalog.pg_get_constraintdef(u.oid) = <'definition'>)
 ORDER BY 1 LIMIT 1]], {
        name = name,
        type = type,
        word = words[type],
        relation = t.relation,
        definition = definition,
        known = array(known),
        above = array(above),
        needs = array(needs),
    })
end

-- Why a table of the tree cannot have the key, or nil.
local function refused(node, names, type, use)
    local t = node.t
    for _, column in ipairs(t.partition_by and t.partition_by.columns or {}) do
        if not use.contains(names, column) then
            return ("%s is partitioned by %s: PostgreSQL looks for duplicates inside of a partition only, so that the "
                .. "%s has to hold the partition key"):format(t.relation,
                column == "" and "an expression, which no constraint can hold" or use.quote(column), words[type]),
                column == "" and "recipe.create_index { unique = true } on each partition" or "add it to the columns"
        end
    end
    for _, k in ipairs(parted.of(node) and t.constraints or {}) do
        local own = not k.inherited and t.relation .. ", a partition, has "
        if own and k.type == "primary key" and (type == "p" or use.same(k.columns, names)) then
            return own .. "a primary key of its own, " .. use.quote(k.name),
                "that of the table would take it over, and take it along when it goes: drop it in a step before"
        elseif own and k.type == "unique" and type == "u" and use.same(k.columns, names) then
            return own .. "such a constraint of its own, " .. use.quote(k.name),
                "that of the table would take it over, and take it along when it goes: drop it first, with "
                .. "recipe.drop_constraint"
        end
    end
    if not t:lacks("constraints", node.name, "name") then
        return ""
    end
end

--- Steps that give a partitioned table the constraint `name` of that type ("u", "p") over columns. None when that is
--- refused.
function keys.add(use, t, name, type, names)
    local root = parted.planned(use, t, { name = name, keys = use.names(names), unique = true })
    local message, hint
    parted.each(root or { parts = {}, t = false }, function(node)
        if node.t and not message then
            message, hint = refused(node, names, type, use)
        end
    end)
    if message and message ~= "" then
        use.refuse("columns", message, hint)
    end
    if message or not root then
        return {}
    end
    local definition = ("%s (%s)"):format(words[type], use.names(names))
    local label, steps, leaves = parted.labels(root), {}, {}
    local up, undo = pieces.new(), pieces.new()
    up:add(("LOCK TABLE %s IN ACCESS EXCLUSIVE MODE"):format(t.relation))
    local function of(node)
        for _, part in ipairs(node.parts) do
            of(part)
        end
        local add = ("ALTER TABLE %s ADD CONSTRAINT %s "):format(node.t.relation, use.quote(node.name))
        if node.t.kind == "partitioned table" then
            up:add(add .. definition, parted.of(node))
        else
            steps[#steps + 1] = parted.build_leaf(use, node, label(node))
            leaves[#leaves + 1] = node
            up:add(add .. words[type] .. " USING INDEX " .. use.quote(node.name), parted.of_index(node, node.name))
        end
    end
    of(root)
    parted.each(root, function(node) -- those of partitions go along, but for one that was detached
        undo:add(("ALTER TABLE %s DROP CONSTRAINT %s%s"):format(node.t.relation, node ~= root and "IF EXISTS " or "",
            use.quote(node.name)), node ~= root and { node.t.relation } or nil)
    end)
    local late = keys.late(t, name, type, definition, leaves, true)
    steps[#steps + 1] = use.more(
        use.sql(use.id("%s %s", type == "p" and "key" or "constraint", name), up:text(), {
            undo = undo:text(),
            allow = { type == "p" and "index-add-pk" or "index-add-unique" },
            because = "it finds the constraint on each partition, and builds nothing",
        }),
        {
            pieces = up:marks(),
            undo_pieces = undo:marks(),
            requires = {
                {
                    sql = {
                        text = "SELECT pg_catalog.count(*) = 0, pg_catalog.min(l.why) FROM (" .. late .. ") AS l (why)",
                        line = use.at.line,
                    },
                    message = ("a partition of %s came since the plan was made"):format(t.relation),
                    hint = "when that is done, go on",
                },
            },
        }
    )
    return steps
end

--- Steps that drop a UNIQUE constraint k of a partitioned table. An index on each partition takes over before, from
--- which the constraint can come back in an instant, and is dropped last.
function keys.drop(use, t, k, comment_on)
    local root = parted.there(use, t, t:index(k.index))
    if not root or parted.identifies(use, root, "name") then
        return {}
    end
    local keep = parted.like(root, function(node) return { name = use.name(node.name, "keep") } end)
    local back, steps, drops, leaves, label = pieces.new(), {}, {}, {}, parted.labels(keep)
    back:add(("LOCK TABLE %s IN ACCESS EXCLUSIVE MODE"):format(t.relation))
    local function of(node, kept)
        for i, part in ipairs(node.parts) do
            of(part, kept.parts[i])
        end
        local own, path = node.t:constraint(node.old.constraint), parted.of(node)
        local add = ("ALTER TABLE %s ADD CONSTRAINT %s "):format(node.t.relation, use.quote(own.name))
        if node.t.kind == "partitioned table" then
            back:add(add .. own.definition .. use.stored(node.t, own), path)
        else
            local qualified = use.qualified(node.t.schema, kept.name)
            local create, drop = parted.create(kept, "concurrently"), "DROP INDEX CONCURRENTLY " .. qualified
            steps[#steps + 1] = parted.build_leaf(use, kept, label(kept))
            drops[#drops + 1] = use.more(use.sql(use.id("drop index %s", label(kept)), drop, { undo = create }), {
                pieces = pieces.one(drop, { "", qualified }),
                undo_pieces = pieces.one(create, path),
            })
            back:add(add .. "UNIQUE USING INDEX " .. use.quote(kept.name), path)
            leaves[#leaves + 1] = node
        end
        if own.comment then
            back:add(comment_on(node.t, own, use), path)
        end
        if node.old.clustered then
            back:add(("ALTER TABLE %s CLUSTER ON %s"):format(node.t.relation, use.quote(own.name)), path)
        end
        if node.old.comment then
            back:add(("COMMENT ON INDEX %s IS %s"):format(use.qualified(node.t.schema, own.name),
                use.literal(node.old.comment)), path)
        end
    end
    of(root, keep)
    steps[#steps + 1] = use.more(
        use.sql(use.id("drop constraint %s of %s", k.name, t.name),
            ("ALTER TABLE %s DROP CONSTRAINT %s"):format(t.relation, use.quote(k.name)), {
                undo = back:text(),
                allow = { "index-add-unique" },
                because = "the way back finds the constraint on each partition, and builds nothing",
            }),
        { undo_pieces = back:marks(), undo_unless = { keys.late(t, k.name, "u", k.definition, leaves) } }
    )
    table.move(drops, 1, #drops, #steps + 1, steps)
    return steps
end

return keys
