--- An index that nobody uses goes away.

local shared = require "fields/shared"

return {
    name = "drop_index",
    doc = "Drops an index concurrently, behind a gate that opens when it was not used for a while. Taking it back builds "
        .. "it again.",
    fields = {
        shared.table,
        { name = "name", kind = "identifier", required = true, doc = "The index's name." },
        { name = "quiet", kind = "text", default = "7d", doc = "How long nobody may have used it: see `unused`." },
    },
    example = [[recipe.drop_index { table = "users", name = "users_old_idx" }]],
    expand = function(v, use)
        local t = use.table(v.table)
        local name = use.identifier(v.name)
        local index = t and t:index(name, "name")
        if not index then
            return {}
        elseif index.constraint then
            use.refuse("name", ("%s belongs to the constraint %s"):format(use.quote(name), use.quote(index.constraint)),
                "drop the constraint instead")
            return {}
        elseif t.kind == "partitioned table" then
            use.refuse("table", "an index of a partitioned table cannot be dropped concurrently")
            return {}
        elseif index.replica_identity then
            use.refuse("name", ("%s is the replica identity of the table"):format(use.quote(name)))
            return {}
        end
        local qualified = use.qualified(t.schema, name)
        return {
            use.words.gate(use.id("nobody uses %s", name)) { use.words.unused { qualified, quiet = v.quiet } },
            use.words.contract {
                use.sql(use.id("drop %s", name), ("DROP INDEX CONCURRENTLY %s"):format(qualified), {
                    undo = index.definition:gsub("INDEX ", "INDEX CONCURRENTLY ", 1),
                }),
            },
        }
    end,
}
