--- Columns that leave a table for another one, row for row: what split_table and move_columns have in common.

local dropping = require "dropping"
local each = require "each"
local native = require "native"

local leaving = {}

--- Why what decides about the rows of the table does not go along, as text; nil when nobody decides. of: whose rows
--- nothing is known of then.
function leaving.row_security(t, of)
    if not t.row_security then
        return nil
    end
    local names = {}
    for i, policy in ipairs(t.policies or {}) do
        names[i] = policy.name
    end
    local policies = #names == 0 and "" or (" (policies %s)"):format(table.concat(names, ", "))
    return ("it has row security%s, and what decides about its rows is not known of %s"):format(policies, of)
end

local function within(list, names, use)
    for _, name in ipairs(list or {}) do
        if not use.contains(names, name) then
            return false
        end
    end
    return list and #list > 0
end

-- Indexes and constraints of the columns alone, which the other table gets; `names` are those of all of them.
local function along(t, names, use)
    local moved = { indexes = {}, constraints = {}, names = {} }
    for _, k in ipairs(t.constraints) do
        if (k.type == "check" or k.type == "unique" or k.type == "foreign key") and within(k.columns, names, use) then
            moved.constraints[#moved.constraints + 1] = k
            moved.names[#moved.names + 1] = k.name
        end
    end
    for _, index in ipairs(t.indexes) do
        if not index.constraint and within(index.columns, names, use) then
            moved.indexes[#moved.indexes + 1] = index
            moved.names[#moved.names + 1] = index.name
        end
    end
    return moved
end

--- The columns of the field `columns` as described, and { indexes, constraints } that go along. Reported, and nil, when
--- one of them cannot go.
function leaving.columns(t, texts, use)
    local columns, names = {}, {}
    for i, text in ipairs(texts) do
        local c = t:column(text, "columns")
        if not c then
            return nil
        elseif use.contains(names, c.name) then
            use.refuse("columns", ("%s stands there twice"):format(use.quote(c.name)))
            return nil
        end
        columns[i], names[i] = c, c.name
    end
    local moved = along(t, names, use)
    for _, c in ipairs(columns) do
        if c.generated or c.sequence then
            use.refuse("columns", ("%s is generated, or has a sequence"):format(use.quote(c.name)))
            return nil
        elseif c.row_type then
            use.refuse("columns", ("%s is a row (%s), which can be given and yet be NULL in all of its fields"):format(
                use.quote(c.name), c.type))
            return nil
        end
        for _, tie in ipairs(t.ties or {}) do
            if tie.column == c.name then
                use.refuse("columns", ("%s has what does not go along: %s"):format(use.quote(c.name), tie.what))
                return nil
            end
        end
        if not dropping.check(t, c, use, moved.names, "columns", { alone = true }) then
            return nil
        end
    end
    return columns, moved
end

--- each() of { here, there }, pairs of (bare) names: <h>, <t>.
function leaving.each(pairs_of, format, separator)
    local list = {}
    for i, pair in ipairs(pairs_of) do
        list[i] = format:gsub("<([ht])>", { h = native.quote_ident(pair.here), t = native.quote_ident(pair.there) })
    end
    return table.concat(list, separator)
end

--- The (bare) names of one side.
function leaving.names(pairs_of, side)
    local list = {}
    for i, pair in ipairs(pairs_of) do
        list[i] = pair[side]
    end
    return list
end

--- The condition of a trigger, which has the settings of whoever writes: so by value, not by the text of values.
function leaving.changed(columns)
    return ("ROW(%s)::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW(%s)::pg_catalog.record"):format(
        each(columns, "OLD.<c>", ", "), each(columns, "NEW.<c>", ", "))
end

-- s: { relation, into: as SQL, into_name: bare, keys, moved: { { here, there } }, trigger }

--- A query for a gate: both tables agree in every row of the first.
function leaving.compare(s)
    return ([[
SELECT pg_catalog.count(*) = 0 AS none, pg_catalog.count(*) AS rows_that_differ
  FROM %s AS o LEFT JOIN %s AS n ON %s
 WHERE ROW(%s)::pg_catalog.text IS DISTINCT FROM ROW(%s)::pg_catalog.text]]):format(s.relation, s.into,
        leaving.each(s.keys, "n.<t> = o.<h>", " AND "), each(leaving.names(s.moved, "here"), "o.<c>", ", "),
        each(leaving.names(s.moved, "there"), "n.<c>", ", "))
end

--- Where the values of the second table are as well, for the way back.
function leaving.twin(s)
    local new, same, old, there = native.quote_ident(s.into_name), {}, {}, {}
    for i, pair in ipairs(s.keys) do
        same[i] = "zdm_twin." .. native.quote_ident(pair.here) .. " = " .. new .. "." .. native.quote_ident(pair.there)
    end
    for i, pair in ipairs(s.moved) do
        old[i] = "zdm_twin." .. native.quote_ident(pair.here)
        there[i] = new .. "." .. native.quote_ident(pair.there)
    end
    return {
        table = s.relation,
        same = table.concat(same, " AND ") .. " AND ROW(" .. table.concat(old, ", ")
            .. ")::pg_catalog.text IS NOT DISTINCT FROM ROW(" .. table.concat(there, ", ") .. ")::pg_catalog.text",
        trigger = s.trigger,
    }
end

return leaving
