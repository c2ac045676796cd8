--- The recipes as data, for those who list them: { name, doc, notes, example, fields = { ... } }, as lua/recipes.h has
-- them.

local kinds = require "kinds"
local recipes = require "recipes"

local listing = {}

-- Markdown as plain text, a paragraph or an item of a list on one line.
local function plain(markdown)
    local text = markdown:gsub("%*%*", ""):gsub("`", ""):gsub("\n +", " ")
    text = text:gsub("(\n+)(%-? ?)", function(breaks, dash)
        return (#breaks > 1 and "\n\n" or dash ~= "" and "\n" or " ") .. dash
    end)
    return text
end

--- A language without words: the file behind it is empty.
function listing.environment()
    return {}
end

function listing.finish()
    local list = {}
    for i, def in ipairs(recipes) do
        local fields = {}
        for j, field in ipairs(def.fields) do
            local says = field.values and '"' .. table.concat(field.values, '", "') .. '"' or kinds[field.kind].says
            fields[j] = {
                name = field.name,
                says = says:gsub("`", ""),
                doc = field.doc:gsub("`", ""),
                required = field.required or false,
                default = field.default ~= nil and tostring(field.default) or nil,
                kind = field.kind,
            }
        end
        list[i] = {
            name = def.name,
            doc = plain(def.doc),
            notes = def.notes and plain(def.notes),
            example = def.example,
            fields = fields,
        }
    end
    return list
end

return listing
