--- An index that nobody uses goes away.

local dropping = require "dropping"
local parted = require "parted"
local shared = require "fields/shared"

return {
    name = "drop_index",
    doc = "Drops an index concurrently, behind a gate that opens when it was not used for a while. Taking it back builds "
        .. "it again, with its comment, CLUSTER mark and statistics targets. On a partitioned table it goes with its parts, "
        .. "which locks the table and its partitions for an instant; taking it back builds each partition's concurrently.",
    notes = parted.notes,
    fields = {
        shared.table,
        { name = "name", kind = "identifier", required = true, doc = "The index's name." },
        { name = "quiet", kind = "text", default = "7d", doc = "How long nobody may have used it: see `unused`." },
        {
            name = "unique",
            kind = "boolean",
            default = false,
            doc = "The index is unique, and goes nevertheless: it keeps duplicates out and INSERT ... ON CONFLICT may need it, "
                .. "none of which the gate sees.",
        },
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
        elseif index.replica_identity then
            use.refuse("name", ("%s is the replica identity of the table"):format(use.quote(name)))
            return {}
        elseif index.attached_to then
            use.refuse("name", ("%s is a part of %s, the index of the partitioned table"):format(use.quote(name),
                index.attached_to), "it can only go together with that")
            return {}
        end
        for _, r in ipairs(t.referenced_by) do
            if r.index == name then
                use.refuse("name", ("the foreign key %s of %s needs %s"):format(use.quote(r.name), r.table,
                    use.quote(name)), "drop the foreign key first")
                return {}
            end
        end
        if index.unique and not v.unique then
            use.refuse("name", ("%s is unique: without it duplicates get in, and INSERT ... ON CONFLICT that needs it "
                .. "fails; the gate sees neither"):format(use.quote(name)), "if that is meant: unique = true")
            return {}
        end
        local qualified, id, steps = use.qualified(t.schema, name), use.id("drop %s", name), nil
        if t.kind == "partitioned table" then
            local root = parted.there(use, t, index)
            if not root or parted.identifies(use, root, "name") then
                return {}
            end
            steps = parted.drop(use, root, id)
        end
        return {
            use.words.gate(use.id("nobody uses %s", name)) { use.words.unused { qualified, quiet = v.quiet } },
            use.words.contract(steps or dropping.index(t, index, use, id)),
        }
    end,
}
