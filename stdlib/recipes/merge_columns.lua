--- Several columns become one.

local dropping = require "dropping"
local reshape = require "reshape"
local shared = require "fields/shared"
local versions = require "versions"

return {
    name = "merge_columns",
    doc = "Makes one column of several, while old code writes these and new code the one: `split_column` the other "
        .. "way round. The new column is kept in step with them by triggers both ways (`sync_columns`), filled in "
        .. "batches, and behind a gate that has seen every row agree the old columns are set aside, and dropped "
        .. "when `retain` is over.",
    notes = [[
**Values.** `join` and `from` need not lead back to the same values: what new code wrote stays as it wrote it.

**Rights** on columns, indexes and constraints are for the plan to add.

]] .. reshape.notes,
    fields = {
        shared.table,
        {
            name = "from",
            kind = "assignments",
            required = true,
            doc = "The columns that go, each with its value in the new one.",
        },
        { name = "into", kind = "identifier", required = true, doc = "The new column." },
        { name = "join", kind = "expression", required = true, doc = "Its value, in other columns of the row." },
        { name = "type", kind = "text", default = "text", doc = "Its type, as in SQL; with COLLATE, if need be." },
        reshape.retain,
        reshape.along,
        versions.field,
    },
    example = [[
recipe.merge_columns {
    table = "addresses",
    from = { zip = "split_part(place, ' ', 1)", city = "substr(place, strpos(place, ' ') + 1)" },
    into = "place",
    join = "concat_ws(' ', zip, city)",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local into = use.identifier(v.into)
        if not t or not reshape.is_whole(t, use) or not t:lacks("columns", into, "into") then
            return {}
        end
        local old, along = {}, dropping.names(v.along, use)
        for i, a in ipairs(v.from) do
            old[i] = t:column(a.column, "from")
            if not old[i] or not dropping.check(t, old[i], use, along, "from", { versions = v.versions }) then
                return {}
            end
        end
        return reshape.blocks(t, old, { { name = into, type = v.type } }, {
            up = { { column = use.quote(into), expr = v.join } },
            down = v.from,
            retain = v.retain,
            versions = v.versions,
        }, use)
    end,
}
