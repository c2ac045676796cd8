--- Everything that a plan author can write, in one table; the parts are in fields/.
--
-- It drives the checks of validate.lua, the editor annotations (meta/zdm.lua) and the reference
-- (docs/reference/plan.md); docs/generate.lua writes the last two, and a test looks for drift.
--
-- An entry of `constructors`:
--   name, doc       the word in a plan, and what it is for
--   id              what the string right behind the word is: "plan", "step", "check"; none when nil
--   text            kind of a second string behind the id
--   fields          { name, kind, doc, required, default, min, max, needs, only_with }; kinds are those of kinds.lua;
--                   `needs` and `only_with` name other fields of it
--   one_of          names of fields of which exactly one is given
--   some_of         names of fields of which one or more are given
--   entries         what may stand in the body without a key: "blocks", "steps", "checks"
--   stands          where it may stand: "plan" (the file), "block", "step", "check"
--   example         a complete use
-- and an entry of `topics` is a section of the reference behind them: name, doc, example.

local fields = {
    constructors = {},
    --- Tables that stand in a field.
    tables = require "fields/throttle",
    topics = require "fields/topics",
    objects = require "fields/objects",
}

for _, part in ipairs { "fields/blocks", "fields/backfill", "fields/steps", "fields/checks" } do
    for _, constructor in ipairs(require(part)) do
        fields.constructors[#fields.constructors + 1] = constructor
    end
end

local by_name = {}
for _, def in ipairs(fields.constructors) do
    by_name[def.name] = def
end

local table_by_name = {}
for _, def in ipairs(fields.tables) do
    table_by_name[def.name] = def
end

--- The entry of a table that stands in a field, or nil.
function fields.table_of(name)
    return table_by_name[name]
end

--- The entry of a constructor.
function fields.of(name)
    return assert(by_name[name], name)
end

return fields
