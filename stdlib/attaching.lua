--- A table that is to become a partition beside the partitioned one: what both have to have, and the steps that make it
--- so.

local attaching = {}

local function compare_columns(t, p, add, use)
    for _, c in ipairs(t.columns) do
        local own = p:find(c.name)
        local quoted = use.quote(c.name)
        if not own then
            add(("it lacks the column %s"):format(quoted))
        elseif own.type ~= c.type then
            add(("column %s is %s, not %s"):format(quoted, own.type, c.type))
        elseif own.collation ~= c.collation then
            add(("column %s has the collation %s, not %s"):format(quoted, own.collation or "of its type",
                c.collation or "that of its type"))
        elseif (own.generated == nil) ~= (c.generated == nil) then
            add(("column %s is %sgenerated"):format(quoted, own.generated and "" or "not "))
        elseif own.generated ~= c.generated and t.server_version < 160000 then
            add(("column %s is generated as %s, not as %s"):format(quoted, own.generated, c.generated))
        elseif own.identity and t.server_version >= 170000 then
            add(("column %s is an identity: ALTER TABLE %s ALTER COLUMN %s DROP IDENTITY"):format(quoted, p.relation,
                quoted))
        end
    end
    for _, own in ipairs(p.columns) do
        if not t:find(own.name) then
            add(("%s lacks the column %s"):format(t.relation, use.quote(own.name)))
        end
    end
end

local function compare_tables(t, p, add, use)
    if p.kind ~= "table" and p.kind ~= "partitioned table" then
        add(("it is a %s"):format(p.kind))
    elseif p.partition_of then
        add(("it is a partition of %s"):format(p.partition_of))
    elseif #p.children > 0 or (p.columns[1] and p.columns[1].inherited) then
        add "it takes part in inheritance"
    elseif p.relation == t.relation then
        add "it is the partitioned table itself"
    end
    if p.persistence ~= t.persistence then
        add(("it is %s, the other is %s"):format(p.persistence, t.persistence))
    end
    for _, trigger in ipairs(t.triggers) do
        for _, other in ipairs(p.triggers) do
            if trigger.name == other.name then
                add(("both have a trigger %s"):format(use.quote(trigger.name)))
            end
        end
    end
end

-- What an index is, in text without its table and where and how it is stored; and its constraint.
local function shape(t, index, use)
    local definition, _, condition = use.index_parts(index)
    local at
    for _, only in ipairs { " ON ONLY ", " ON " } do
        at = at or select(2, definition:find(only .. t.relation .. " USING ", 1, true))
    end
    local rest = definition:sub(at + 1):gsub(" WITH %([^()]*%)$", "")
    local k = index.constraint and t:constraint(index.constraint)
    return (index.unique and "unique " or "") .. rest .. condition, k
end

-- An index of the table that becomes a part of this one.
local function like(t, index, p, taken, use)
    local wanted, k = shape(t, index, use)
    for _, own in ipairs(p.indexes) do
        local has, own_k = shape(p, own, use)
        if has == wanted and own.valid and not own.attached_to and not taken[own.name]
            and (not k or own_k and own_k.type == k.type and own_k.deferrable == k.deferrable) then
            taken[own.name] = true
            return true
        end
    end
end

local function make_index(t, index, p, use)
    local steps, name = {}, use.name(p.name, index.name)
    local k = index.constraint and t:constraint(index.constraint)
    local quoted, qualified = use.quote(name), use.qualified(p.schema, name)
    local _, at = index.definition:find(" ON ONLY " .. t.relation .. " USING ", 1, true)
    steps[#steps + 1] = use.sql(
        use.id("index %s", name),
        ("CREATE %sINDEX CONCURRENTLY %s ON %s USING %s"):format(index.unique and "UNIQUE " or "", quoted, p.relation,
            index.definition:sub(at + 1)),
        -- Of a constraint it went with that.
        { undo = "DROP INDEX CONCURRENTLY IF EXISTS " .. qualified }
    )
    if k then
        local alter = ("ALTER TABLE %s "):format(p.relation)
        steps[#steps + 1] = use.sql(
            use.id("constraint %s", name),
            alter .. ("ADD CONSTRAINT %s %s USING INDEX %s%s"):format(quoted, k.type:upper(), quoted,
                k.definition:match " DEFERRABLE.*$" or ""),
            { undo = alter .. "DROP CONSTRAINT " .. quoted }
        )
    end
    return steps
end

local function indexes(t, p, add, use, later)
    local taken, missing, key = {}, {}, nil
    for _, own in ipairs(p.indexes) do
        key = key or own.primary and own
    end
    -- Those of constraints first: no other index may take theirs.
    for _, of_constraint in ipairs { true, false } do
        for _, index in ipairs(t.indexes) do
            if (index.constraint ~= nil) == of_constraint and not like(t, index, p, taken, use) then
                missing[#missing + 1] = index
            end
        end
    end
    for _, index in ipairs(missing) do
        local k = index.constraint and t:constraint(index.constraint)
        if k and k.type == "exclusion" then
            add(("it lacks the exclusion constraint %s"):format(use.quote(k.name)))
        elseif index.primary and key then
            add(("its primary key %s is another one"):format(use.quote(key.name)))
        elseif p.kind == "partitioned table" then
            add(("it lacks an index as %s"):format(use.quote(index.name)))
        else
            later(function()
                p:lacks("indexes", use.name(p.name, index.name), "partition")
                return make_index(t, index, p, use)
            end)
        end
    end
end

local function validate(p, k, use)
    return function()
        return { use.sql(use.id("%s: all rows", k.name),
            ("ALTER TABLE %s VALIDATE CONSTRAINT %s"):format(p.relation, use.quote(k.name)), { undo = "nothing" }) }
    end
end

local function checks(t, p, add, use, later)
    for _, k in ipairs(t.constraints) do
        local own = k.type == "check" and p:constraint(k.name)
        local definition = k.definition:gsub(" NOT VALID$", "")
        if own and own.definition:gsub(" NOT VALID$", "") ~= definition then
            add(("its constraint %s is another one: %s"):format(use.quote(k.name), own.definition))
        elseif own and not own.valid then
            later(validate(p, own, use))
        elseif k.type == "check" and not own then
            later(function()
                return use.constraint(p, k.name, definition),
                    use.no_rows(p, k.name, ("NOT %s"):format(definition:match "^CHECK (.*)$"))
            end)
        end
    end
end

-- A foreign key of the table that becomes a part of this one.
local function same_key(p, k)
    local definition, found = k.definition:gsub(" NOT VALID$", ""), nil
    for _, own in ipairs(p.constraints) do
        if own.type == "foreign key" and own.definition:gsub(" NOT VALID$", "") == definition then
            found = (not found or own.valid) and own or found
        end
    end
    return found
end

local function foreign_keys(t, p, add, use, later)
    for _, k in ipairs(t.constraints) do
        if k.type == "foreign key" and k.references == t.relation then
            add(("%s of %s refers to that table itself"):format(use.quote(k.name), t.relation))
        elseif k.type == "foreign key" then
            local own = same_key(p, k)
            if own and not own.valid then
                later(validate(p, own, use))
            elseif not own and p.kind == "partitioned table" then
                add(("it lacks the foreign key %s"):format(use.quote(k.name)))
            elseif not own then
                later(function()
                    local name = p:constraint(k.name) and use.name(p.name, k.name) or k.name
                    p:lacks("constraints", name, "partition")
                    return use.constraint(p, name, (k.definition:gsub(" NOT VALID$", "")))
                end)
            end
        end
    end
end

--- What table p needs to become a partition of t: { blocks, steps }, the steps to stand behind the blocks. nil,
--- reported, when it cannot.
function attaching.compare(t, p, use)
    local obstacles, makers, blocks, steps = {}, {}, {}, {}
    local function add(what)
        obstacles[#obstacles + 1] = what
    end
    -- Steps that nothing comes of must not be made: a plan uses all that it describes.
    local function later(make)
        makers[#makers + 1] = make
    end
    compare_tables(t, p, add, use)
    if #obstacles == 0 then
        compare_columns(t, p, add, use)
    end
    if #obstacles == 0 then
        checks(t, p, add, use, later)
        indexes(t, p, add, use, later)
        foreign_keys(t, p, add, use, later)
    end
    if #obstacles > 0 then
        use.refuse("partition", ("%s does not fit %s: %s"):format(p.relation, t.relation,
            table.concat(obstacles, "; ")), "make it alike first")
        return nil
    end
    for _, c in ipairs(t.columns) do
        if c.not_null and not p:find(c.name).not_null then
            local list = use.not_null(p, c.name)
            table.move(list, 1, #list, #blocks + 1, blocks)
        end
    end
    for _, make in ipairs(makers) do
        local list, gate = make()
        table.move(list, 1, #list, #steps + 1, steps)
        blocks[#blocks + 1] = gate
    end
    return { blocks = blocks, steps = steps }
end

return attaching
