--- A column that nobody needs any more.

local dropping = require "dropping"
local published = require "published"
local shared = require "fields/shared"

return {
    name = "drop_column",
    doc = "Drops a column in four stages: INSERTs may leave it out, a gate waits until nobody uses it, it is set "
        .. "aside under another name, and when `retain` is over it is dropped. Until then `zdm rollback` brings it "
        .. "back with its values.",
    notes = [[
**What goes with it** are its own indexes and constraints. What is of other columns too, or depends on it (views, policies,
triggers, generated columns, foreign keys of others) is refused with the list.

**Functions** that name the column in their text are not known to the server: `quiet` sees what they run.]],
    fields = {
        shared.table,
        { name = "column", kind = "identifier", required = true, doc = "The column." },
        {
            name = "quiet",
            kind = "text",
            doc = "The gate also asks that nobody used the column for so long: see `unused`, which takes pg_stat_statements.",
        },
        {
            name = "retain",
            kind = "text",
            default = "7d",
            doc = "How long it is kept under another name: see `drop_column` among the steps.",
        },
        {
            name = "along",
            kind = "columns",
            doc = "Names of indexes and constraints of other columns too that may go with it.",
        },
    },
    example = [[recipe.drop_column { table = "users", column = "fax", retain = "14d" }]],
    expand = function(v, use)
        local t = use.table(v.table)
        local c = t and t:is_table() and t:column(v.column, "column")
        if not c or not dropping.check(t, c, use, dropping.names(v.along, use), "column") then
            return {}
        end
        local w, quoted = use.words, use.quote(c.name)
        local blocks, optional, checks = {}, dropping.optional(t, c, use), {}
        if #optional > 0 then
            blocks[1] = w.expand(optional)
        end
        if v.quiet then
            checks[1] = w.unused { t.relation .. "." .. quoted, quiet = v.quiet }
        end
        checks[#checks + 1] = w.approval(use.id("old code is gone: nobody uses %s.%s", t.name, c.name))
        blocks[#blocks + 1] = w.gate(use.id("nobody uses %s.%s", t.name, c.name))(checks)
        if v.retain then
            table.move(published.set_aside(t, { c.name }, use), 1, 1, #blocks + 1, blocks)
        end
        blocks[#blocks + 1] = w.contract { w.drop_column { table = t.relation, column = quoted, retain = v.retain } }
        return blocks
    end,
}
