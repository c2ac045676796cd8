--- Writes docs/reference/plan.md and stdlib/meta/zdm.lua from stdlib/fields.lua, and
--- docs/reference/conf.md from stdlib/conf.lua, and docs/reference/recipes from stdlib/recipes.
--
--     lua5.4 docs/generate.lua            from the root of the checkout
--
-- As a module (for the test that looks for drift) it returns a table of path -> text.

package.path = "stdlib/?.lua;" .. package.path
package.preload.native = package.preload.native or function()
    return {} -- nothing here runs what needs the engine
end

local conf = require "conf"
local recipes = require "recipes"
local fields = require "fields"
local kinds = require "kinds"

local function lines()
    local list = {}
    return list, function(text, ...)
        list[#list + 1] = select("#", ...) > 0 and text:format(...) or text
    end
end

local entries = {
    blocks = "blocks: `expand`, `backfill`, `gate`, `contract`, and [recipes](recipes/README.md), which stand for "
        .. "blocks",
    steps = "steps: `sql`, `sync`, `unsync`, `drop_column`, `hook`, `command`",
    checks = "checks: `soak`, `approval`, `sql`, `command`, `not_before`, `window`, `no_clients`, "
        .. "`no_long_transactions`, `replica_lag`, `consistent`, `http`, `flag`, `unused`, "
        .. "`quarantine_empty`, `check`",
    names = "names, in strings",
}

local place = {
    plan = "the value that the file returns",
    block = "in a plan",
    step = "in `expand` and `contract`",
    check = "in a `gate`",
}

-- How a constructor is written: backfill "id" { ... }
local function shape(def)
    local text = def.name
    if def.id then
        text = text .. (def.id == "duration" and ' "48h"' or def.id == "plan" and ' "name"' or ' "id"')
    end
    if def.text then
        text = text .. " [[SQL]]"
    end
    if #def.fields > 0 or def.entries or not def.id then
        text = text .. (def.body == "optional" and " [{ ... }]" or " { ... }")
    end
    return text
end

local function cell(text)
    return (text:gsub("|", "\\|"):gsub("\n", " "))
end

local function meaning(field)
    local range = kinds.range(field)
    return cell(field.doc .. (range and field.min ~= field.max and (" (%s)"):format(range) or ""))
end

local function default(def, field)
    if field.required then
        return "required"
    end
    for _, name in ipairs(def.one_of or {}) do
        if name == field.name then
            return "one of them"
        end
    end
    return field.default == nil and "" or ("`%s`"):format(tostring(field.default))
end

local function fields_of(def, add)
    add "| field | value | default | meaning |"
    add "|---|---|---|---|"
    for _, field in ipairs(def.fields) do
        local words = field.values and '"' .. table.concat(field.values, '", "') .. '"'
        local says = cell(words or kinds[field.kind].says) .. (field.off and ", or `false`" or "")
        add("| `%s` | %s | %s | %s |", field.name, says, default(def, field), meaning(field))
    end
end

local function reference_of(def, add)
    add("## %s", def.name)
    add ""
    add("`%s`, %s.", shape(def), place[def.stands])
    add ""
    add(def.doc)
    if def.entries then
        add ""
        add("Without a key stand the %s.", entries[def.entries])
    end
    if #def.fields > 0 then
        add ""
        fields_of(def, add)
    end
    add ""
    add "```lua"
    add(def.example)
    add "```"
    add ""
    if def.notes then
        add(def.notes)
        add ""
    end
end

local function member(object, m)
    if m.args then
        return ("`%s:%s(%s)`"):format(object.name, m.name, m.args:gsub(": %w+", ""))
    end
    return ("`%s.%s`"):format(object.name, m.name)
end

local function reference()
    local list, add = lines()
    add "# Plans: reference"
    add ""
    add "<!-- Written by docs/generate.lua from stdlib/fields.lua: change it there. -->"
    add ""
    add "A plan is a Lua 5.4 file that returns one `plan`. It only describes: it has no files, no clock, no"
    add "connection and no randomness, so that it means the same on every machine. Of Lua it has `assert`, `error`,"
    add "`ipairs`, `next`, `pairs` (in the order of the keys), `select`, `tonumber`, `tostring`, `type`, and most of"
    add "`string`, `table`, `math` and `utf8`; `null` is the SQL NULL. A duration is a number and a unit: `ms`, `s`,"
    add "`m`, `h`, `d` or `w`."
    add ""
    for _, def in ipairs(fields.constructors) do
        reference_of(def, add)
    end
    for _, def in ipairs(fields.tables) do
        add("## %s", def.name)
        add ""
        add("`%s = { ... }`, in a `backfill`.", def.name)
        add ""
        add(def.doc)
        add ""
        fields_of(def, add)
        add ""
        add "```lua"
        add(def.example)
        add "```"
        add ""
    end
    for _, topic in ipairs(fields.topics) do
        add("## %s", topic.name)
        add ""
        add(topic.doc)
        add ""
        add "```lua"
        add(topic.example)
        add "```"
        add ""
    end
    add "# What a hook is given"
    add ""
    for _, object in ipairs(fields.objects) do
        add("## %s", object.name)
        add ""
        add(object.doc)
        add ""
        add "| | meaning |"
        add "|---|---|"
        for _, m in ipairs(object.members) do
            add("| %s | %s |", member(object, m), cell(m.doc))
        end
        add ""
    end
    list[#list] = nil
    return table.concat(list, "\n") .. "\n"
end

local function meta_fields(def, add)
    add("---@class zdm.%s.fields", def.name)
    for _, field in ipairs(def.fields) do
        local optional = (field.required and field.default == nil) and "" or "?"
        add("---@field %s%s %s %s", field.name, optional, kinds[field.kind].lua, meaning(field))
    end
    if def.entries then
        add("---@field [integer] %s", def.entries == "names" and "string" or "zdm." .. def.entries:sub(1, -2))
    end
    add ""
end

-- What calling the word, and then the result of that, gives.
local function meta_function(def, add)
    local result = "zdm." .. def.stands
    if def.name == "sql" then
        result = "zdm.sql"
    end
    add("---%s", def.doc)
    add "---"
    add "---```lua"
    for line in (def.example .. "\n"):gmatch "(.-)\n" do
        add("---%s", line)
    end
    add "---```"
    if not def.id then
        add("---@param body zdm.%s.fields", def.name)
        add("---@return %s", result)
        add("function %s(body) end", def.name)
    else
        add "---@param id string"
        if def.text then
            add("---@return fun(text: string): %s", result)
        elseif def.body == "optional" then
            add("---@return %s|fun(body: zdm.%s.fields): %s", result, def.name, result)
        elseif def.stands == "check" and #def.fields == 0 then
            add("---@return %s", result)
        else
            add("---@return fun(body: zdm.%s.fields): %s", def.name, result)
        end
        add("function %s(id) end", def.name)
    end
    add ""
end

local function meta_object(object, add)
    local class = "zdm." .. object.name
    add("---%s", object.doc)
    add("---@class %s", class)
    for _, m in ipairs(object.members) do
        if m.type then
            add("---@field %s %s %s", m.name, m.type, m.doc)
        else
            add("---@field %s fun(self: %s, %s)%s %s", m.name, class, (m.args:gsub("%.%.%.", "...: any")),
                m.returns and ": " .. m.returns or "", m.doc)
        end
    end
    add ""
end

local function meta()
    local list, add = lines()
    add "---@meta"
    add "-- Written by docs/generate.lua from stdlib/fields.lua: change it there."
    add ""
    for _, class in ipairs { "plan", "block", "step", "check" } do
        add("---@class zdm.%s", class)
    end
    add "---@class zdm.sql: zdm.step, zdm.check"
    add "---@operator call(zdm.sql.fields): zdm.sql"
    add "---@class zdm.null"
    add ""
    add "---SQL NULL, as what a `map` returns for a column."
    add "---@type zdm.null"
    add "null = nil"
    add ""
    for _, object in ipairs(fields.objects) do
        meta_object(object, add)
    end
    for _, def in ipairs(fields.tables) do
        add("---%s", def.doc)
        add("---@class zdm.%s", def.name)
        for _, field in ipairs(def.fields) do
            local off = field.off and "|false" or ""
            add("---@field %s? %s%s %s", field.name, kinds[field.kind].lua, off, meaning(field))
        end
        add ""
    end
    for _, def in ipairs(fields.constructors) do
        if #def.fields > 0 or def.entries then
            meta_fields(def, add)
        end
        meta_function(def, add)
    end
    for _, def in ipairs(recipes) do
        meta_fields({ name = "recipe." .. def.name, fields = def.fields }, add)
    end
    add "---@class zdm.recipe"
    for _, def in ipairs(recipes) do
        add("---@field %s fun(body: zdm.recipe.%s.fields): zdm.block %s", def.name, def.name, def.doc)
    end
    add "recipe = {}"
    add ""
    list[#list] = nil
    return table.concat(list, "\n") .. "\n"
end

local function conf_reference()
    local list, add = lines()
    add "# zdm.conf.lua"
    add ""
    add "<!-- Written by docs/generate.lua from stdlib/conf.lua: change it there. -->"
    add ""
    add "What a project sets for its commands: a Lua file that returns a table. It is read from the current folder or"
    add "the nearest folder above, up to the root of the git repository (outside of a repository only from the"
    add "current one); `--config FILE` names another, `--no-config` reads none. Options of the command win over it."
    add ""
    add "It is evaluated as plans are: no files, no clock, no environment. Unknown fields are errors."
    add ""
    for _, section in ipairs(conf.sections) do
        add("## %s", section.name)
        add ""
        add(section.doc)
        add ""
        fields_of(section, add)
        add ""
        add "```lua file=zdm.conf.lua"
        add(section.example)
        add "```"
        add ""
    end
    list[#list] = nil
    return table.concat(list, "\n") .. "\n"
end

local function recipe_page(def)
    local list, add = lines()
    add("# recipe.%s", def.name)
    add ""
    add("<!-- Written by docs/generate.lua from stdlib/recipes/%s.lua: change it there. -->", def.name)
    add ""
    add(def.doc)
    add ""
    fields_of(def, add)
    add ""
    add "```lua"
    add(def.example)
    add "```"
    add ""
    if def.notes then
        add(def.notes)
        add ""
    end
    add("A whole plan is in `plans/recipes/%s.lua`; `zdm plan` shows the steps that it stands for", def.name)
    add "on the tables of a database. The tests run it up, down and up again beside an application that reads"
    add "and writes."
    add ""
    list[#list] = nil
    return table.concat(list, "\n") .. "\n"
end

local function recipe_index()
    local list, add = lines()
    add "# Recipes"
    add ""
    add "<!-- Written by docs/generate.lua from stdlib/recipes: change it there. -->"
    add ""
    add "A recipe is one entry of a plan that stands for all the steps of a change: expand, backfill, gate and"
    add "contract. `zdm new NAME --recipe RECIPE FIELD=VALUE...` writes such a plan, `zdm plan` shows its steps."
    add "Lists stand between commas there; a list or a table may also be written as in a plan, in braces:"
    add "`values=bad,good 'map={ sad = \"bad\" }'`."
    add ""
    add "Recipes read the tables that they name from the catalog, so that what hangs on a column goes with it. So the"
    add "commands need a target (`--db`), also `zdm check`; `zdm run --sandbox` reads what `--setup` made, and"
    add "without a database `zdm plan --schema FILE` and `zdm check --schema FILE` what that file makes. When the"
    add "plan begins, what they read is kept in `zdm.plan.described`: from then on the plan means the same steps, on"
    add "every machine, whatever the plan itself has changed by then. The ledger has it as well: when the target has"
    add "lost it, a run with that ledger puts it back, and one without is refused (exit code 7); `zdm verify` compares"
    add "the two."
    add "A plan that was taken back as a whole reads the catalog anew."
    add ""
    add "A table that is published without a list of columns sends new columns at once, also those that a recipe makes"
    add "for a while: its subscribers need them before, or they stop. So a gate before asks whether they have them."
    add "A column that `retain` keeps aside is sent on, under the name that it gets: a gate before contract asks for"
    add "that. Nothing is sent of a table that is set aside: nobody writes to it."
    add ""
    add "Old and new are kept in step by triggers. Writers that play a replica (`session_replication_role ="
    add "replica`), as logical replication and some restores do, fire those of `copy_table` and `partition_table` only."
    add "What they write under any other recipe stays on its side, until somebody writes it over: a gate that compares"
    add "rows sees it."
    add ""
    add "Steps have the bare names of tables in their own. Of two recipes of a plan on tables of one name in two"
    add "schemas the later one says of which its steps are, where they would have the same name: `add users.phone in"
    add "shop`. So another one goes behind those that have begun."
    add ""
    add "Types of extensions that lie in another schema: triggers of recipes find their operators. What zdm asks"
    add "itself, such as whether rows are the same, finds them by the search_path of its role, as the application does"
    add "by that of its own."
    add ""
    add "What a recipe cannot carry over it refuses, with the list of what is in its way."
    add ""
    add "| recipe | what it does |"
    add "|---|---|"
    for _, def in ipairs(recipes) do
        add("| [%s](%s.md) | %s |", def.name, def.name, cell(def.doc))
    end
    return table.concat(list, "\n") .. "\n"
end

local generated = {
    ["docs/reference/recipes/README.md"] = recipe_index(),
    ["docs/reference/conf.md"] = conf_reference(),
    ["docs/reference/plan.md"] = reference(),
    ["stdlib/meta/zdm.lua"] = meta(),
}
for _, def in ipairs(recipes) do
    generated[("docs/reference/recipes/%s.md"):format(def.name)] = recipe_page(def)
end

if arg and arg[0] and arg[0]:find "generate%.lua$" then
    for path, text in pairs(generated) do
        local file = assert(io.open(path, "w"))
        file:write(text)
        file:close()
    end
end

return generated
