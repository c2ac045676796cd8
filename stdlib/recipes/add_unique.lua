--- A unique constraint over an index that is built beside the application.

local parted_keys = require "parted_keys"
local shared = require "fields/shared"

return {
    name = "add_unique",
    doc = "Adds a UNIQUE constraint: its index is built concurrently, and becomes the constraint in an instant. On a "
        .. "partitioned table each partition gets it so, and the constraint of the table takes these over: the table and "
        .. "its partitions are locked for an instant. It has to hold the partition key.",
    notes = parted_keys.notes,
    fields = {
        shared.table,
        { name = "columns", kind = "columns", required = true, doc = "The column or columns." },
        { name = "name", kind = "identifier", doc = "The constraint's name; TABLE_COLUMNS_key when not given." },
    },
    example = [[recipe.add_unique { table = "users", columns = { "org", "email" } }]],
    expand = function(v, use)
        local t = use.table(v.table)
        if not t or not t:is_table() then
            return {}
        end
        local names = {}
        for i, text in ipairs(v.columns) do
            local column = t:column(text, "columns")
            if not column then
                return {}
            end
            names[i] = column.name
        end
        local name = v.name and use.identifier(v.name) or use.name(t.name, table.concat(names, "_"), "key")
        if not t:lacks("constraints", name, "name") or not t:lacks("indexes", name, "name") then
            return {}
        end
        if t.kind == "partitioned table" then
            local whole = parted_keys.add(use, t, name, "u", names)
            return #whole > 0 and { use.words.expand(whole) } or {}
        end
        local steps = use.index(t, { name = name, keys = use.names(names), unique = true })
        local alter = ("ALTER TABLE %s "):format(t.relation)
        steps[#steps + 1] = use.sql(
            use.id("constraint %s", name),
            alter .. ("ADD CONSTRAINT %s UNIQUE USING INDEX %s"):format(use.quote(name), use.quote(name)),
            -- The index goes with its constraint; the undo of its step finds nothing left.
            { undo = alter .. ("DROP CONSTRAINT %s"):format(use.quote(name)) }
        )
        return { use.words.expand(steps) }
    end,
}
