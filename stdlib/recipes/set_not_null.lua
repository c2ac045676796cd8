--- A column may not be NULL any more, without a scan under a strong lock.

local shared = require "fields/shared"

return {
    name = "set_not_null",
    doc = "Makes a column NOT NULL: a constraint that holds for new rows at once, while the old ones are looked at beside "
        .. "the application. Since PostgreSQL 18 that is the NOT NULL itself, NOT VALID at first; before, a CHECK, which the "
        .. "server then takes for proof. Code that still writes NULL fails from the first step on, so it has to be gone before.",
    notes = [[
A column with a NOT NULL that is NOT VALID (PostgreSQL 18) has it proven, under the name that it has.]],
    fields = {
        shared.table,
        { name = "column", kind = "identifier", required = true, doc = "The column." },
        {
            name = "fill",
            kind = "expression",
            doc = "What rows get that are NULL now, in batches; they keep it when the plan is taken back. A row that has none then, or without it, stops the plan.",
        },
    },
    example = [[recipe.set_not_null { table = "users", column = "name", fill = "''" }]],
    expand = function(v, use)
        local t = use.table(v.table)
        local c = t and t:is_table() and t:column(v.column, "column")
        if not c then
            return {}
        elseif c.not_null then
            use.refuse("column", ("%s is NOT NULL already"):format(c.name))
            return {}
        end
        return use.not_null(t, c.name, v.fill, v.fill and "nothing")
    end,
}
