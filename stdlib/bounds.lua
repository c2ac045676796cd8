--- What is true of all rows of a partition: the condition that its bound stands for.
--
-- PostgreSQL does not read a table that becomes a partition when a CHECK of it proves the bound. How it looks for such
-- a proof decides what the CHECK has to look like: as the condition that the server makes of the bound itself.

local bounds = {}

-- A type without what would cut a constant to its length.
local function constant_type(type)
    if type:find "^character%(" or type == "character" then
        return "bpchar"
    elseif type:find "^bit" then
        return type
    end
    return (type:gsub("%([%d, ]+%)", ""))
end

local endless = { MINVALUE = true, MAXVALUE = true }

local function constant(text, c, use)
    -- A domain is none that the proof sees through.
    return ("%s::%s"):format(use.literal(text), constant_type(c.domain_over or c.type))
end

-- As in FOR VALUES; the server knows the types.
local function spelt(list, use)
    local out = {}
    for i, text in ipairs(list) do
        out[i] = endless[text] and text or use.literal(text)
    end
    return table.concat(out, ", ")
end

local function joined(list, word)
    return #list == 1 and list[1] or "(" .. table.concat(list, ") " .. word .. " (") .. ")"
end

-- One side of a range: the arms of its OR. From column `first` on the two sides differ.
local function side(keys, values, first, beyond, use)
    local strict, reached = beyond.strict, beyond.reached
    local arms = {}
    for last = first, #keys do
        if endless[values[last]] then
            break
        end
        local arm = {}
        for i = first, last - 1 do
            arm[#arm + 1] = ("%s = %s"):format(use.quote(keys[i].name), constant(values[i], keys[i], use))
        end
        local following = values[last + 1]
        local closed = last == #keys and beyond.closed or following == reached
        arm[#arm + 1] = ("%s %s %s"):format(use.quote(keys[last].name), closed and strict .. "=" or strict,
            constant(values[last], keys[last], use))
        arms[#arms + 1] = joined(arm, "AND")
    end
    return #arms > 0 and joined(arms, "OR") or nil
end

local low = { strict = ">", reached = "MINVALUE", closed = true }
local high = { strict = "<", reached = "MAXVALUE", closed = false }

--- Rows from `from` (its texts, one a key) up to `to`, keys without NULL.
function bounds.range(keys, from, to, use)
    local list, first = {}, 1
    for i, c in ipairs(keys) do
        list[i] = use.quote(c.name) .. " IS NOT NULL"
    end
    while first < #keys and from[first] == to[first] and not endless[from[first]] do
        list[#list + 1] = ("%s = %s"):format(use.quote(keys[first].name), constant(from[first], keys[first], use))
        first = first + 1
    end
    list[#list + 1] = side(keys, from, first, low, use)
    list[#list + 1] = side(keys, to, first, high, use)
    return table.concat(list, " AND ", 1, #keys) .. (#list > #keys
        and " AND (" .. table.concat(list, ") AND (", #keys + 1) .. ")" or "")
end

--- Rows whose key is one of the values; `null`: or none.
function bounds.list(key, values, null, use)
    local quoted, constants = use.quote(key.name), {}
    for i, text in ipairs(values) do
        constants[i] = constant(text, key, use)
    end
    return ("%s %s %s IN (%s)"):format(quoted, null and "IS NULL OR" or "IS NOT NULL AND", quoted,
        table.concat(constants, ", "))
end

-- What a partition's condition says beside that its keys are there, and whether NULL is one of its keys.
local function beside_null(keys, condition, use)
    local rest, null = condition, false
    for _, c in ipairs(keys) do
        local quoted = use.quote(c.name)
        local there = ("(%s IS NOT NULL) AND "):format(quoted)
        local none = ("((%s IS NULL) OR "):format(quoted)
        if rest == ("(%s IS NULL)"):format(quoted) then
            return nil, true
        elseif rest:sub(1, #none) == none then
            rest, null = "(" .. rest:sub(#none + 1), true
        elseif rest:sub(2, #there + 1) == there then
            rest = "(" .. rest:sub(#there + 2)
        else
            return nil, false
        end
    end
    return rest, null
end

--- Rows that no other partition takes; `conditions` are theirs, as the server spells them. nil when it cannot be said.
function bounds.rest(keys, conditions, use)
    local taken, null, there = {}, false, {}
    for _, condition in ipairs(conditions) do
        local rest, with_null = beside_null(keys, condition, use)
        if not rest and not with_null then
            return nil
        end
        taken[#taken + 1] = rest
        null = null or with_null
    end
    for i, c in ipairs(keys) do
        there[i] = ("%s IS %sNULL"):format(use.quote(c.name), null and "" or "NOT ")
    end
    local keys_say = table.concat(there, " AND ")
    if #taken == 0 then
        return null and ("NOT (%s)"):format(keys_say) or nil
    end
    return ("NOT (%s %s (%s))"):format(keys_say, null and "OR" or "AND", table.concat(taken, " OR "))
end

-- How many texts a bound of this table takes on each side; reported when these are not so many.
local function fits(list, keys, field, use)
    if #list ~= #keys then
        use.refuse(field, ("takes %d texts, one for each key of the partitions, not %d"):format(#keys, #list))
        return false
    end
    return true
end

local takes = { range = "from = ..., to = ...", list = "values = { ... }", hash = "modulus = ..., remainder = ..." }

--- What the author says of the bound (the fields of attach_partition), of partitions of t:
-- { sql, condition }, the condition nil where no CHECK can say it; or nil, reported.
function bounds.of(v, t, use)
    local by, keys = t.partition_by, {}
    for i, name in ipairs(by.columns) do
        keys[i] = t:find(name)
    end
    local plain = #keys == #by.columns
    local given = v.from and "range" or v.values and "list" or v.modulus and "hash"
    if given and given ~= by.strategy then
        use.refuse(v.from and "from" or v.values and "values" or "modulus",
            ("%s is partitioned by %s"):format(t.relation, by.strategy), takes[by.strategy])
    elseif given == "range" then
        if fits(v.from, by.columns, "from", use) and fits(v.to, by.columns, "to", use) then
            return {
                sql = ("FOR VALUES FROM (%s) TO (%s)"):format(spelt(v.from, use), spelt(v.to, use)),
                condition = plain and bounds.range(keys, v.from, v.to, use) or nil,
            }
        end
    elseif given == "list" then
        local list = {}
        for i, text in ipairs(v.values) do
            list[i] = use.literal(text)
        end
        list[#list + 1] = v.null and "NULL" or nil
        return {
            sql = ("FOR VALUES IN (%s)"):format(table.concat(list, ", ")),
            condition = plain and bounds.list(keys[1], v.values, v.null, use) or nil,
        }
    elseif given == "hash" then
        return { sql = ("FOR VALUES WITH (MODULUS %d, REMAINDER %d)"):format(v.modulus, v.remainder) }
    elseif by.default then
        use.refuse("default", ("%s is the default partition of %s"):format(by.default, t.relation))
    elseif by.strategy == "hash" then
        use.refuse("default", ("%s is partitioned by hash, and has no default partition"):format(t.relation))
    else
        local conditions = {}
        for i, name in ipairs(t.partitions) do
            local other = use.table(name)
            conditions[i] = other and other.condition or ""
        end
        local alone = #conditions == 0
        return {
            sql = "DEFAULT",
            condition = not alone and plain and not t.partition_of and bounds.rest(keys, conditions, use) or nil,
            anything = alone,
        }
    end
end

return bounds
