package.path = "tests/lua/?.lua;" .. package.path
local support = require "support"
local t = require "luaunit"
local fields = require "fields"
local kinds = require "kinds"

local TestFields = {}

function TestFields.test_every_kind_is_known()
    for _, def in ipairs(fields.constructors) do
        for _, field in ipairs(def.fields) do
            t.assertNotNil(kinds[field.kind], def.name .. "." .. field.name)
            t.assertStrMatches(field.doc, ".+[.]")
        end
    end
end

function TestFields.test_every_default_passes_its_own_check()
    for _, def in ipairs(fields.constructors) do
        for _, field in ipairs(def.fields) do
            if field.default ~= nil then
                t.assertNotNil(kinds[field.kind].check(field.default, field, { line = 1 }))
            end
        end
    end
end

-- The example of each word is a plan, once it stands where it may stand.
local around = {
    plan = "%s",
    block = 'return plan "t" { api = 1, %s }',
    step = 'return plan "t" { api = 1, expand { %s } }',
    check = 'return plan "t" { api = 1, gate "g" { %s } }',
}

function TestFields.test_examples_are_plans()
    for _, def in ipairs(fields.constructors) do
        local plan, messages = support.load((around[def.stands]:gsub("%%s", function()
            return def.example
        end)))
        t.assertEquals(messages, {}, def.name)
        t.assertNotNil(plan, def.name)
    end
    for _, topic in ipairs(fields.topics) do
        local plan, messages = support.load((around.block:gsub("%%s", function()
            return topic.example
        end)))
        t.assertEquals(messages, {}, topic.name)
        t.assertNotNil(plan, topic.name)
    end
end

function TestFields.test_documents_are_up_to_date()
    for path, text in pairs(dofile "docs/generate.lua") do
        local file = assert(io.open(path))
        t.assertEquals(file:read "a", text, path .. " is out of date: lua5.4 docs/generate.lua")
        file:close()
    end
end

os.exit(t.LuaUnit.new():runSuiteByInstances({ { "TestFields", TestFields } }))
