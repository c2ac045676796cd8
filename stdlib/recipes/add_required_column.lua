--- A new column that is NOT NULL.

local published = require "published"
local shared = require "fields/shared"

-- A constant is kept once in the catalog, and no row is written.
local function is_constant(text)
    local word = text:lower():gsub("^%s+", ""):gsub("%s+$", "")
    return word == "true" or word == "false" or word:find "^'[^']*'$" or word:find "^%-?%d+%.?%d*$"
end

return {
    name = "add_required_column",
    doc = "Adds a column that is NOT NULL. With a constant `default` in an instant; with another one, or with `fill`, rows "
        .. "that are there get their value in batches. Without a default old code leaves the column NULL: then a gate waits "
        .. "until it is gone.",
    fields = {
        shared.table,
        { name = "column", kind = "identifier", required = true, doc = "The new column." },
        { name = "type", kind = "text", required = true, doc = "Its type, as in SQL; with COLLATE, if need be." },
        { name = "default", kind = "expression", doc = "What rows get that do not say." },
        { name = "fill", kind = "expression", doc = "What rows get that are there already; the default when not given." },
    },
    some_of = { "default", "fill" },
    example = [[
recipe.add_required_column {
    table = "users",
    column = "joined",
    type = "timestamptz",
    default = "now()",
    fill = "created_at",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local name = use.identifier(v.column)
        if not t or not t:is_table() or not t:lacks("columns", name, "column") then
            return {}
        elseif t.partition_of then
            use.refuse("table", t:family(), "name that table")
            return {}
        end
        local alter, quoted = ("ALTER TABLE %s "):format(t.relation), use.quote(name)
        local undo = { undo = alter .. "DROP COLUMN " .. quoted }
        local add = alter .. ("ADD COLUMN %s %s"):format(quoted, v.type)
        local id, blocks = use.id("add %s.%s", t.name, name), published.columns(t, { name }, use)
        if v.default and not v.fill and is_constant(v.default.text) then
            blocks[#blocks + 1] = use.words.expand { use.sql(id, add .. " NOT NULL DEFAULT " .. v.default.text, undo) }
            return blocks
        end
        if v.default then
            add = add .. (";\n%sALTER COLUMN %s SET DEFAULT %s"):format(alter, quoted, v.default.text)
        end
        blocks[#blocks + 1] = use.words.expand { use.sql(id, add, undo) }
        if not v.default then
            blocks[#blocks + 1] = use.words.gate(use.id("%s.%s is written", t.name, name)) {
                use.words.approval(use.id("old code is gone: every INSERT gives %s", name)),
            }
        end
        for _, block in ipairs(use.not_null(t, name, v.fill or v.default)) do
            blocks[#blocks + 1] = block
        end
        return blocks
    end,
}
