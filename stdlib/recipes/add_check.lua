--- A CHECK, without a scan under a strong lock.

local shared = require "fields/shared"

return {
    name = "add_check",
    doc = "Adds a CHECK constraint that holds for new rows at once; the old ones are looked at beside the application. "
        .. "A gate before it is closed while rows fail it: nobody could update them.",
    fields = {
        shared.table,
        { name = "name", kind = "identifier", required = true, doc = "The constraint's name." },
        { name = "check", kind = "expression", required = true, doc = "What must not be false." },
    },
    example = [[
recipe.add_check {
    table = "users",
    name = "email_has_at",
    check = "email LIKE '%@%'",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local name = use.identifier(v.name)
        if not t or not t:is_table() or not t:lacks("constraints", name, "name") then
            return {}
        end
        return {
            use.no_rows(t, name, ("NOT (\n%s\n)"):format(v.check.text)),
            use.words.expand(use.constraint(t, name, ("CHECK (\n%s\n)"):format(v.check.text))),
        }
    end,
}
