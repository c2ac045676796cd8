--- What a plan makes, and publications that send it at once: tables, of FOR ALL TABLES and FOR TABLES IN SCHEMA, and
--- columns, of a table that is published without a list of them.
--
-- A subscriber that lacks the table, or the column, stops at the first row. One that has it gets values that nobody
-- meant to send.

local aside = require "aside"
local native = require "native"

local published = {}

--- The publications that a new table in the (bare) schema is in, as text; nil: none. t: a description.
function published.by(t, schema)
    local names = {}
    for _, p in ipairs(t.publishes_new or {}) do
        if not p.schema or p.schema == schema then
            names[#names + 1] = native.quote_ident(p.publication)
        end
    end
    return #names > 0 and table.concat(names, ", ") or nil
end

--- The gate before the table is made, as a list of blocks; empty when no publication takes it. name: as SQL writes it.
function published.gate(t, schema, name, use)
    local by = published.by(t, schema)
    if not by then
        return {}
    end
    return {
        use.words.gate(use.id("subscribers know %s", name)) {
            use.words.approval(use.id("subscribers of %s have %s, or do not mind it", by, name)),
        },
    }
end

--- The gate before a table that is published gets columns, as a list of blocks; empty when no publication sends them:
--- none takes the table, or all name its columns. names: as the catalog has them.
function published.columns(t, names, use)
    local by, quoted = {}, {}
    for _, p in ipairs(t.publications or {}) do
        by[#by + 1] = not p.columns and native.quote_ident(p.name) or nil
    end
    if #by == 0 then
        return {}
    end
    for i, name in ipairs(names) do
        quoted[i] = native.quote_ident(name)
    end
    local list = table.concat(quoted, ", ")
    return {
        use.words.gate(use.id("subscribers know %s of %s", list, t.name)) {
            use.words.approval(use.id("subscribers of %s have %s in %s, or do not mind it", table.concat(by, ", "),
                list, t.relation)),
        },
    }
end

--- The gate before drop_column sets these columns aside, from when on they are sent under the names that they get. One
--- that a publication names cannot be dropped, which the recipes refuse. names: as the catalog has them.
function published.set_aside(t, names, use)
    local new = {}
    for i, name in ipairs(names) do
        new[i] = aside.name_of_column(use.plan, t.schema, t.name, name)
    end
    return published.columns(t, new, use)
end

--- The gate before a table that is published gets another (bare) name, as a list of blocks; empty when it is not.
function published.renamed(t, to, use)
    local names = {}
    for i, p in ipairs(t.publications or {}) do
        names[i] = native.quote_ident(p.name)
    end
    if #names == 0 then
        return {}
    end
    return {
        use.words.gate(use.id("subscribers know %s", to)) {
            use.words.approval(use.id("subscribers of %s get a table %s at the same time: else they stop there",
                table.concat(names, ", "), native.quote_ident(to))),
        },
    }
end

return published
