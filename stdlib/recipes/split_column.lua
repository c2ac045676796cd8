--- One column becomes several.

local dropping = require "dropping"
local reshape = require "reshape"
local shared = require "fields/shared"
local versions = require "versions"

return {
    name = "split_column",
    doc = "Makes several columns of one, while old code writes the one and new code the others: new columns, kept "
        .. "in step with it by triggers both ways (`sync_columns`), filled in batches, and behind a gate that has "
        .. "seen every row agree the old column is set aside, and dropped when `retain` is over.",
    notes = [[
**Values.** `into` and `join` need not lead back to the same value: what new code wrote stays as it wrote it.

**Rights** on the old column are given on the new ones; indexes and constraints are for the plan to add.

]] .. reshape.notes,
    fields = {
        shared.table,
        { name = "column", kind = "identifier", required = true, doc = "The column." },
        {
            name = "into",
            kind = "assignments",
            required = true,
            doc = "The new columns, each with its value in other columns of the row.",
        },
        { name = "join", kind = "expression", required = true, doc = "The value of the column, in the new ones." },
        {
            name = "types",
            kind = "types",
            doc = "The types of new columns, as in SQL: that of the old column when not given.",
        },
        reshape.retain,
        reshape.along,
        versions.field,
    },
    example = [[
recipe.split_column {
    table = "users",
    column = "name",
    into = {
        first = "split_part(name, ' ', 1)",
        last = "nullif(substr(name, strpos(name || ' ', ' ') + 1), '')",
    },
    join = "concat_ws(' ', first, last)",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local c = t and reshape.is_whole(t, use) and t:column(v.column, "column")
        if not c or not dropping.check(t, c, use, dropping.names(v.along, use), "column", { versions = v.versions }) then
            return {}
        end
        local types = reshape.types(v.types, use)
        local new = {}
        for i, a in ipairs(v.into) do
            local name = use.identifier(a.column)
            if not t:lacks("columns", name, "into") then
                return {}
            end
            new[i] = {
                name = name,
                type = types[name] or c.type .. (c.collation and " COLLATE " .. c.collation or ""),
                grants = c.grants,
            }
        end
        return reshape.blocks(t, { c }, new, {
            up = v.into,
            down = { { column = use.quote(c.name), expr = v.join } },
            retain = v.retain,
            versions = v.versions,
        }, use)
    end,
}
