--- An index, built beside the application; of a partitioned table, partition by partition.

local parted = require "parted"
local shared = require "fields/shared"

return {
    name = "create_index",
    doc = "Builds an index concurrently. On a partitioned table each partition's is built concurrently, and then they "
        .. "are made one in an instant.",
    notes = parted.notes,
    fields = {
        shared.table,
        { name = "name", kind = "identifier", required = true, doc = "The index's name." },
        { name = "keys", kind = "text", required = true, doc = "What is indexed, as in SQL: `org, lower(email) DESC`." },
        { name = "unique", kind = "boolean", default = false, doc = "Two rows may not have the same keys." },
        { name = "using", kind = "identifier", doc = "Access method; `btree` when not given." },
        { name = "include", kind = "columns", doc = "Columns that are stored along." },
        { name = "where", kind = "expression", doc = "Only rows for which this holds." },
    },
    example = [[
recipe.create_index {
    table = "users",
    name = "users_email",
    keys = "lower(email)",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local name = use.identifier(v.name)
        if not t or not t:lacks("indexes", name, "name") then
            return {}
        end
        local behind = use.index_tail(t, v)
        if not behind then
            return {}
        end
        local steps = use.index(t, {
            name = name,
            keys = v.keys,
            unique = v.unique,
            using = v.using,
            behind = behind,
        })
        return #steps > 0 and { use.words.expand(steps) } or {}
    end,
}
