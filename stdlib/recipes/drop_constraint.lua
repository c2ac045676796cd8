--- A constraint that nobody needs any more, and that can come back.

local dropping = require "dropping"
local parted_keys = require "parted_keys"
local shared = require "fields/shared"

local function refused(t, k, use)
    local quoted = use.quote(k.name)
    if k.type == "primary key" or k.type == "trigger" then
        return ("%s is a %s"):format(quoted, k.type == "trigger" and "constraint trigger" or k.type)
    elseif k.type == "not null" then
        return ("%s is a NOT NULL"):format(quoted), "recipe.drop_not_null"
    elseif k.inherited then
        return ("%s is inherited"):format(quoted), "it can only go from the table that it comes from"
    elseif k.index and t.kind == "partitioned table" and (k.type ~= "unique" or k.deferrable) then
        return ("%s has an index of a partitioned table, which nobody can build again beside the application")
            :format(quoted)
    end
    for _, r in ipairs(t.referenced_by) do
        if k.index and r.index == k.index then
            return ("the foreign key %s of %s needs %s"):format(use.quote(r.name), r.table, quoted),
                "drop the foreign key first"
        end
    end
    for _, tie in ipairs(t.ties or {}) do
        if tie.what:find(("constraint %s of %s, "):format(quoted, t.relation), 1, true) == 1 then
            return tie.what .. ": its way back cannot be written down yet"
        end
    end
    local index = k.index and t:index(k.index)
    if index and index.replica_identity then
        return ("the index of %s is the replica identity of the table"):format(quoted)
    end
end

return {
    name = "drop_constraint",
    doc = "Drops a CHECK, a foreign key, a UNIQUE or EXCLUDE constraint, behind a gate that waits until no code "
        .. "counts on it: on the error, on ON DELETE, on the index that goes along, on INSERT ... ON CONFLICT.",
    notes = [[
**Taking it back** locks nobody out. A CHECK or foreign key holds for new rows at once and is then proven of the old ones
(which fails when one of them breaks it by now). Instead of a UNIQUE a unique index of the same kind is built
concurrently (of a partitioned table, on each partition), which the constraint takes back, and which goes last. Only an
EXCLUDE, a UNIQUE that is DEFERRABLE, and a foreign key of a partitioned table come back under a lock for as long as the
table takes to read.

]] .. parted_keys.notes,
    fields = {
        shared.table,
        { name = "name", kind = "identifier", required = true, doc = "The constraint's name." },
    },
    example = [[recipe.drop_constraint { table = "orders", name = "orders_total_check" }]],
    expand = function(v, use)
        local t = use.table(v.table)
        local name = use.identifier(v.name)
        if not t or not t:is_table() then
            return {}
        end
        local k = t:constraint(name)
        if not k then
            t:refuse_unknown("name", "constraint", name, t.constraints)
            return {}
        end
        local message, hint = refused(t, k, use)
        if message then
            use.refuse("name", message, hint)
            return {}
        end
        local steps = dropping.constraint(t, k, use)
        if #steps == 0 then
            return {}
        end
        return {
            use.words.gate(use.id("nobody counts on %s", name)) {
                use.words.approval(use.id("no code counts on %s of %s", name, t.name)),
            },
            use.words.contract(steps),
        }
    end,
}
