--- A column may be NULL from now on.

local shared = require "fields/shared"

return {
    name = "drop_not_null",
    doc = "Lets a column be NULL. Readers that count on a value have to be gone before. Going back takes a scan, since "
        .. "PostgreSQL 18 one beside the application.",
    fields = {
        shared.table,
        { name = "column", kind = "identifier", required = true, doc = "The column." },
    },
    example = [[recipe.drop_not_null { table = "users", column = "phone" }]],
    expand = function(v, use)
        local t = use.table(v.table)
        local c = t and t:is_table() and t:column(v.column, "column")
        if not c then
            return {}
        elseif not c.not_null and not t:not_null_of(c.name) then
            use.refuse("column", ("%s may be NULL already"):format(c.name))
            return {}
        elseif c.identity or t:in_primary_key(c.name) then
            use.refuse("column", ("%s is part of the primary key, or an identity"):format(c.name))
            return {}
        end
        return { use.words.expand(use.may_be_null(t, c, use.id("%s.%s may be NULL", t.name, c.name))) }
    end,
}
