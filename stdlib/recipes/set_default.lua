--- Another default, or none.

local shared = require "fields/shared"

return {
    name = "set_default",
    doc = "Gives a column another default for rows that come, or none; its old rows stay as they are. Partitions and tables that "
        .. "inherit get it, too; taking it back gives each its own again.",
    fields = {
        shared.table,
        { name = "column", kind = "identifier", required = true, doc = "The column." },
        { name = "default", kind = "expression", doc = "The new default. Without it the column has none." },
    },
    example = [[
recipe.set_default {
    table = "users",
    column = "created_at",
    default = "now()",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local c = t and t:is_table() and t:column(v.column, "column")
        if not c then
            return {}
        elseif c.identity or c.generated then
            use.refuse("column", ("%s is generated: it has no default to set"):format(c.name))
            return {}
        elseif not v.default and not c.default then
            use.refuse("column", ("%s has no default"):format(c.name))
            return {}
        end
        local alter = ("ALTER TABLE %s ALTER COLUMN %s "):format(t.relation, use.quote(c.name))
        local undo = alter .. (c.default and "SET DEFAULT " .. c.default or "DROP DEFAULT")
        return {
            use.words.expand {
                use.with_heirs(t, c.name, use.sql(
                    use.id("default of %s.%s", t.name, c.name),
                    alter .. (v.default and "SET DEFAULT " .. v.default.text or "DROP DEFAULT"),
                    { undo = undo }
                ), undo, "default"),
            },
        }
    end,
}
