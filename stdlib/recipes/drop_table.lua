--- A table that nobody needs any more.

local dropping = require "dropping"
local shared = require "fields/shared"

-- What is of others, and would keep the table from being dropped.
local function in_the_way(t, use)
    local list, taken = {}, {}
    local function add(what)
        if not taken[what] then
            taken[what] = true
            list[#list + 1] = what
        end
    end
    for _, d in ipairs(t.dependents) do
        if not d.own then
            add(d.what)
        end
    end
    for _, what in ipairs(t.row_type_users or {}) do
        add(what)
    end
    for _, c in ipairs(t.columns) do
        for _, user in ipairs(c.sequence_users or {}) do
            if not user.own then
                add(("%s, which takes numbers of its sequence %s"):format(user.what, c.sequence))
            end
        end
    end
    for _, r in ipairs(t.referenced_by) do
        if r.table ~= t.relation then
            add(("foreign key %s of %s"):format(use.quote(r.name), r.table))
        end
    end
    for _, child in ipairs(t.children) do
        add(("table %s, which inherits from it"):format(child))
    end
    if t.partition_of then
        add(("%s, of which it is a partition"):format(t.partition_of))
    end
    table.sort(list)
    return list
end

-- The partitions at all depths, parents first; nil when one could not be looked at.
local function all_partitions(t, use, list)
    for _, name in ipairs(t.partitions) do
        list[#list + 1] = name
        local p = use.table(name)
        if not p or not all_partitions(p, use, list) then
            return nil
        end
    end
    return list
end

return {
    name = "drop_table",
    doc = "Drops a table in stages: a gate waits until nobody writes to it; a trigger refuses writes to it; a gate "
        .. "waits until nobody reads it; it is set aside under another name, and when `retain` is over it is "
        .. "dropped. Until then `zdm rollback` brings it back as it was.",
    notes = [[
**Writes are refused** to the owner as well (25006). In the same step its foreign keys go, so that rows of other tables can
be deleted.

**What goes with it** are its indexes, triggers, policies, sequences and partitions. What is of others (views, functions,
foreign keys to it, columns of its row type, or with numbers of its sequences) is refused with the list.]],
    fields = {
        shared.table,
        {
            name = "quiet",
            kind = "text",
            doc = "The second gate also asks that nobody used the table for so long: see `unused`, which takes "
                .. "pg_stat_statements.",
        },
        {
            name = "retain",
            kind = "text",
            default = "14d",
            doc = "How long it is kept under another name: see `drop_table` among the steps.",
        },
    },
    example = [[recipe.drop_table { table = "old_invoices", retain = "30d" }]],
    expand = function(v, use)
        local t = use.table(v.table)
        if not t or not t:is_table() then
            return {}
        end
        local obstacles = in_the_way(t, use)
        if #obstacles > 0 then
            use.refuse("table", ("%s cannot simply go: %s"):format(t.relation, table.concat(obstacles, "; ")),
                "take these away first")
            return {}
        end
        local w, partitions = use.words, all_partitions(t, use, {})
        if not partitions then
            return {}
        end
        local steps = {}
        for _, k in ipairs(t.constraints) do
            if k.type == "foreign key" and k.references ~= t.relation then
                table.move(dropping.constraint(t, k, use), 1, 2, #steps + 1, steps)
            end
        end
        steps[#steps + 1] = w.stop_writes {
            table = t.relation,
            partitions = #partitions > 0 and partitions or nil,
        }
        local reads = {}
        if v.quiet then
            reads[1] = w.unused { t.relation, quiet = v.quiet }
        end
        reads[#reads + 1] = w.approval(use.id("old code is gone: nobody reads %s", t.name))
        return {
            w.gate(use.id("nobody writes to %s", t.name)) {
                w.approval(use.id("old code is gone: nobody writes to %s", t.name)),
            },
            w.contract(steps),
            w.gate(use.id("nobody reads %s", t.name))(reads),
            w.contract { w.drop_table { table = t.relation, retain = v.retain } },
        }
    end,
}
