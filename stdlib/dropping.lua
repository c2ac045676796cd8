--- What recipes say and do before something is dropped: what would go with a column unasked, and constraints that
--- can come back.

local parted_keys = require "parted_keys"
local versions = require "versions"

local dropping = {}

-- Indexes that are of the column, beside those of its constraints.
local function of_indexes(t, c, use, add)
    for _, index in ipairs(t.indexes) do
        local k = index.constraint and t:constraint(index.constraint)
        if use.contains(index.columns, c.name) and not (k and use.contains(k.columns, c.name)) then
            if k then
                add(("%s %s"):format(k.type, use.quote(k.name)), k.name)
            elseif #index.columns > 1 then
                add(("index %s of other columns too"):format(use.quote(index.name)), index.name)
            elseif index.replica_identity then
                add(("replica identity %s"):format(use.quote(index.name)))
            end
        end
    end
end

local function of_constraints(t, c, use, add)
    for _, k in ipairs(t.constraints) do
        if use.contains(k.columns, c.name) and k.type ~= "not null" then
            if k.type == "primary key" or k.type == "trigger" then
                add(("%s %s"):format(k.type, use.quote(k.name)))
            elseif #k.columns > 1 then
                add(("%s %s of other columns too"):format(k.type, use.quote(k.name)), k.name)
            elseif k.type == "check" and k.definition:find("IS NOT NULL", 1, true) then
                add(("check %s, which refuses rows without it"):format(use.quote(k.name)))
            end
        end
    end
    for _, r in ipairs(t.referenced_by) do
        if use.contains(r.referenced, c.name) then
            add(("foreign key %s of %s"):format(use.quote(r.name), r.table))
        end
    end
end

--- What keeps the column from being dropped, or would go with it though it is of more than the column: a sorted
--- list of texts. `along` are the (bare) names that may go; `wanted` is the field `versions`.
function dropping.in_the_way(t, c, use, along, wanted)
    local list = {}
    local function add(what, name)
        if not (name and use.contains(along, name)) then
            list[#list + 1] = what
        end
    end
    for _, d in ipairs(t.dependents) do
        if d.column == c.name and not versions.goes(wanted, t, d, use) then
            add(d.what)
        end
    end
    of_constraints(t, c, use, add)
    of_indexes(t, c, use, add)
    if use.contains(t.partition_key, c.name) then
        add "the partition key"
    end
    if c.inherited then
        add "it is inherited"
    end
    if c.identity then
        add "it is an identity"
    end
    for _, user in ipairs(c.sequence_users or {}) do
        add(("%s, which takes numbers of its sequence %s"):format(user.what, c.sequence))
    end
    table.sort(list)
    return list
end

--- Is the column free to go? Reported when it is not. `recipe`: alone, when it has no field `along`; versions: its own.
function dropping.check(t, c, use, along, field, recipe)
    recipe = recipe or {}
    local list = dropping.in_the_way(t, c, use, along, recipe.versions)
    if #list > 0 then
        use.refuse(field, ("%s cannot simply go: %s"):format(use.quote(c.name), table.concat(list, "; ")),
            "take these away first" .. (recipe.alone and ""
                or "; indexes and constraints that may go with the column: along = { ... }"))
        return false
    end
    return true
end

--- The (bare) names in a field.
function dropping.names(list, use)
    local names = {}
    for i, text in ipairs(list or {}) do
        names[i] = use.identifier(text)
    end
    return names
end

--- Steps by which an INSERT may leave the column out: new code does, before it is gone.
function dropping.optional(t, c, use)
    if not (c.not_null or t:not_null_of(c.name)) or c.default or c.generated then
        return {}
    end
    return use.may_be_null(t, c, use.id("%s.%s may be left out", t.name, c.name))
end

local function comment_on(t, k, use)
    return ("COMMENT ON CONSTRAINT %s ON %s IS %s"):format(use.quote(k.name), t.relation,
        k.comment and use.literal(k.comment) or "NULL")
end

-- What is said of rows: it comes back for new rows at once, and is then proven of the old ones beside everybody.
-- That proof stands in a step of its own, before the drop: undo goes backwards.
local function said_of_rows(t, k, use)
    local alter, quoted = ("ALTER TABLE %s "):format(t.relation), use.quote(k.name)
    local steps = {}
    if k.valid then
        steps[1] = use.sql(
            use.id("constraint %s of %s: announced", k.name, t.name),
            ("COMMENT ON CONSTRAINT %s ON %s IS 'zdm: it is about to be dropped'"):format(quoted, t.relation),
            { undo = alter .. ("VALIDATE CONSTRAINT %s;\n"):format(quoted) .. comment_on(t, k, use) }
        )
    end
    local definition = k.definition:gsub(" NOT VALID$", "")
    -- PostgreSQL has no NOT VALID foreign keys of partitioned tables before version 18.
    local whole = k.type == "foreign key" and t.kind == "partitioned table"
    local id = use.id("drop constraint %s of %s", k.name, t.name)
    steps[#steps + 1] = use.sql(id, alter .. "DROP CONSTRAINT " .. quoted, {
        undo = alter .. ("ADD CONSTRAINT %s %s%s;\n"):format(quoted, definition, whole and "" or " NOT VALID")
            .. comment_on(t, k, use),
        allow = whole and { "scan-add-fk-partitioned" } or nil,
        because = whole and "only the way back scans" or nil,
    })
    return steps
end

-- Its index goes with it. Another one takes over before, from which the constraint can come back in an instant, and
-- is dropped last.
local function unique(t, k, use)
    local alter, quoted = ("ALTER TABLE %s "):format(t.relation), use.quote(k.name)
    local index = t:index(k.index)
    local definition = index.definition
    local comment = index.comment and (";\nCOMMENT ON INDEX %s IS %s"):format(use.qualified(t.schema, k.index),
        use.literal(index.comment)) or ""
    local cluster = index.clustered and (";\n%sCLUSTER ON %s"):format(alter, quoted) or ""
    local name = use.name(k.name, "keep")
    local _, at = definition:find((" INDEX %s ON "):format(use.quote(k.index)), 1, true)
    local create = ("CREATE UNIQUE INDEX CONCURRENTLY %s ON %s"):format(use.quote(name), definition:sub(at + 1))
    local drop = "DROP INDEX CONCURRENTLY " .. use.qualified(t.schema, name)
    return {
        -- When the constraint came back it has taken this index.
        use.sql(use.id("index %s", name), create, { undo = "DROP INDEX CONCURRENTLY IF EXISTS "
            .. use.qualified(t.schema, name) }),
        use.sql(use.id("drop constraint %s of %s", k.name, t.name), alter .. "DROP CONSTRAINT " .. quoted, {
            undo = alter .. ("ADD CONSTRAINT %s UNIQUE USING INDEX %s;\n"):format(quoted, use.quote(name))
                .. comment_on(t, k, use) .. comment .. cluster,
        }),
        use.sql(use.id("drop index %s", name), drop, { undo = create }),
    }
end

-- The definition of a constraint with what it leaves out of its index, which stands in front of the condition.
local function with_index(t, k, use)
    local index = t:index(k.index)
    local behind = k.deferrable and k.definition:match " DEFERRABLE[%u ]*$" or ""
    if k.type == "exclusion" and index.predicate then
        behind = (" WHERE (%s)"):format(index.predicate) .. behind
    end
    return k.definition:sub(1, -1 - #behind) .. use.stored(t, k) .. behind
end

--- Steps that drop an index, each with its way back. What was said of it comes back in a step of its own, before the
--- drop: undo goes backwards, and an index is built concurrently outside of any transaction.
function dropping.index(t, index, use, id)
    local qualified, said, steps = use.qualified(t.schema, index.name), {}, {}
    if index.clustered then
        said[1] = ("ALTER TABLE %s CLUSTER ON %s;\n"):format(t.relation, use.quote(index.name))
    end
    for _, s in ipairs(index.statistics or {}) do
        said[#said + 1] = ("ALTER INDEX %s ALTER COLUMN %d SET STATISTICS %d;\n"):format(qualified, s.key, s.target)
    end
    if #said > 0 or index.comment then
        steps[1] = use.sql(use.id("index %s: announced", index.name),
            ("COMMENT ON INDEX %s IS 'zdm: it is about to be dropped'"):format(qualified), {
                undo = ("%sCOMMENT ON INDEX %s IS %s"):format(table.concat(said), qualified,
                    index.comment and use.literal(index.comment) or "NULL"),
            })
    end
    steps[#steps + 1] = use.sql(id, "DROP INDEX CONCURRENTLY " .. qualified, {
        undo = index.definition:gsub("INDEX ", "INDEX CONCURRENTLY ", 1),
    })
    return steps
end

--- Steps that drop a constraint, each with its way back.
function dropping.constraint(t, k, use)
    if k.type == "unique" and not k.deferrable then
        return t.kind == "partitioned table" and parted_keys.drop(use, t, k, comment_on) or unique(t, k, use)
    elseif k.type == "unique" or k.type == "exclusion" then
        -- No index that is there can become one of these.
        local alter, quoted = ("ALTER TABLE %s "):format(t.relation), use.quote(k.name)
        return {
            use.sql(use.id("drop constraint %s of %s", k.name, t.name), alter .. "DROP CONSTRAINT " .. quoted, {
                undo = alter .. ("ADD CONSTRAINT %s %s;\n"):format(quoted, with_index(t, k, use))
                    .. comment_on(t, k, use),
                allow = { k.type == "unique" and "index-add-unique" or "scan-add-exclude" },
                because = "only the way back builds an index under a lock",
            }),
        }
    end
    return said_of_rows(t, k, use)
end

return dropping
