--- A table written anew beside itself: without bloat, with its columns in another order.

local shared = require "fields/shared"
local shadow = require "shadow"

return {
    name = "copy_table",
    doc = "Writes a table anew while it is in use, which VACUUM FULL cannot: a second table with everything that "
        .. "hangs on the first is kept equal by triggers and filled in batches; when both have the same rows they "
        .. "change names in one transaction. From then on the old one is kept equal, until it is dropped behind a "
        .. "gate; so the way back loses nothing.",
    notes = [[
**What it takes.** The room of the table once more.

**What hangs on it from outside** goes over in the transaction of the swap: triggers, row security with its policies, its
place in publications, and the views that read it.

]] .. shadow.notes,
    fields = {
        shared.table,
        {
            name = "order",
            kind = "columns",
            doc = "The columns in their new order, all of them; as they are when not given. Columns of fixed length, the "
                .. "widest first, take the least room. `SELECT *` and INSERTs that name no columns follow the order.",
        },
    },
    example = [[
recipe.copy_table {
    table = "orders",
    order = { "id", "user_id", "total" },
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        if not t or not t:is_table() or not shadow.possible(t, {}, use) then
            return {}
        end
        local columns, seen = t.columns, {}
        if v.order then
            columns = {}
            for i, text in ipairs(v.order) do
                local column = t:column(text, "order")
                if not column then
                    return {}
                elseif seen[column.name] then
                    use.refuse("order", ("names column %s twice"):format(use.quote(column.name)))
                    return {}
                end
                columns[i], seen[column.name] = column, true
            end
            for _, column in ipairs(t.columns) do
                if not seen[column.name] then
                    use.refuse("order", ("lacks column %s"):format(use.quote(column.name)), "name all columns")
                    return {}
                end
            end
        end
        return shadow.blocks(t, { columns = columns }, use)
    end,
}
