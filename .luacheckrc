-- Plain Lua 5.4, no globals of our own.
std = "lua54"
max_line_length = 120
exclude_files = {
   "build",
   -- wrong on purpose
   "tests/plans/bad",
   "tests/golden/input/mistakes.lua",
}

-- The words of the language come from the table that defines them.
package.path = "stdlib/?.lua;" .. package.path -- luacheck runs in the root
local words = { "null", "recipe" }
for _, constructor in ipairs(dofile("stdlib/fields.lua").constructors) do
   words[#words + 1] = constructor.name
end

-- A plan sees these words and the harmless part of the standard library.
stds.zdm_plan = {
   read_globals = words,
}
local plan = {
   std = "lua54+zdm_plan",
   not_globals = {
      "collectgarbage", "coroutine", "debug", "dofile", "io", "load", "loadfile", "os", "package",
      "require", "rawequal", "rawget", "rawlen", "rawset",
   },
   unused_args = false, -- run(db, log, ctx) names what it is given
}
for _, folder in ipairs {
   "plans", "tests/plans", "tests/support/plans", "tests/golden/input", "tests/e2e", "tests/rehearsals/plans",
   "engine/cli/project",
} do
   files[folder] = plan
end

-- Clients of rehearsals are written in words.lua, which is put before each of them.
files["tests/rehearsals"] = { read_globals = { "rows", "all", "both", "odd_ones", "even_ones" } }
files["tests/rehearsals/words.lua"] = { ignore = { "211" } }

-- One entry a line, however long its text.
files["stdlib/fields"] = { max_line_length = false }
files["stdlib/recipes"] = { max_line_length = false }
-- Annotations only declare.
files["stdlib/meta"] = { allow_defined = true, ignore = { "1..", "2.." }, max_line_length = false }
files["engine/cli/project/zdm.conf.lua"] = { std = "lua54" }
