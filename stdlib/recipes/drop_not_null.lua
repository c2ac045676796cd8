--- A column may be NULL from now on.

local shared = require "fields/shared"

-- Since PostgreSQL 18: the way back adds it NOT VALID, under its name, and then has it proven.
local function by_name(t, c, k, use)
    local alter, name = ("ALTER TABLE %s "):format(t.relation), use.quote(k.name)
    local add = alter .. ("ADD CONSTRAINT %s %s NOT VALID"):format(name, k.definition)
    if k.comment then
        add = add .. (";\nCOMMENT ON CONSTRAINT %s ON %s IS %s"):format(name, t.relation, use.literal(k.comment))
    end
    local validate = alter .. "VALIDATE CONSTRAINT " .. name
    return {
        use.words.expand {
            use.sql(use.id("%s holds", k.name), validate, { undo = validate }),
            use.sql(use.id("%s.%s may be NULL", t.name, c.name),
                alter .. ("ALTER COLUMN %s DROP NOT NULL"):format(use.quote(c.name)), { undo = add }),
        },
    }
end

return {
    name = "drop_not_null",
    doc = "Lets a column be NULL. Readers that count on a value have to be gone before. Going back takes a scan.",
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
        elseif not c.not_null then
            use.refuse("column", ("%s may be NULL already"):format(c.name))
            return {}
        elseif c.identity or t:in_primary_key(c.name) then
            use.refuse("column", ("%s is part of the primary key, or an identity"):format(c.name))
            return {}
        end
        local k = t:not_null_of(c.name)
        if k and not k.inherited then
            return by_name(t, c, k, use)
        end
        local alter = ("ALTER TABLE %s ALTER COLUMN %s "):format(t.relation, use.quote(c.name))
        return {
            use.words.expand {
                use.sql(use.id("%s.%s may be NULL", t.name, c.name), alter .. "DROP NOT NULL", {
                    undo = alter .. "SET NOT NULL",
                    allow = { "scan-set-not-null" },
                    because = "only the way back scans",
                }),
            },
        }
    end,
}
