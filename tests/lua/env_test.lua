package.path = "tests/lua/?.lua;" .. package.path
local support = require "support"
local t = require "luaunit"

-- Under plain Lua s:find() is Lua's own; these tests call string.find and friends, which the environment
-- replaces.

-- The value of an expression in the environment of a plan.
local function value_of(text)
    local plan, messages = support.load(('local v = (function() %s end)() '
        .. 'return plan "t" { api = 1, expand { sql "s" ("=" .. tostring(v)) } }'):format(text))
    t.assertEquals(messages, {})
    return plan.steps[1].up.text:sub(2)
end

local TestEnv = {}

function TestEnv.test_sort_is_stable_and_complete()
    -- Against table.sort, over many lengths: all powers of two and their neighbours.
    for n = 0, 70 do
        local expected = {}
        for i = 1, n do
            expected[i] = i * 7919 % 31
        end
        table.sort(expected)
        t.assertEquals(value_of(([[
            local list = {}
            for i = 1, %d do list[i] = { i * 7919 %% 31, i } end
            table.sort(list, function(a, b) return a[1] < b[1] end)
            local s = ""
            for i, item in ipairs(list) do
                if i > 1 and list[i - 1][1] == item[1] and list[i - 1][2] > item[2] then error("unstable") end
                s = s .. item[1] .. ","
            end
            return s]]):format(n)), table.concat(expected, ",") .. (n > 0 and "," or ""))
    end
end

function TestEnv.test_patterns_in_use_are_allowed()
    t.assertEquals(value_of [[return (string.gsub("a, b ,c", "%s*,%s*", "|"))]], "a|b|c")
    t.assertEquals(value_of [[return string.match("  x  ", "^%s*(.-)%s*$")]], "x")
    t.assertEquals(value_of [[return #string.gsub(("x "):rep(20000), "%s+", "")]], "20000")
    t.assertEquals(value_of [[return string.match("f(a(b)c)d", "%b()")]], "(a(b)c)")
    t.assertEquals(value_of [[return string.match("[x]", "[]%[]+")]], "[")
end

function TestEnv.test_patterns_that_explode_are_not()
    for _, call in ipairs {
        [[string.find(("a"):rep(40), ("a?"):rep(40) .. ("a"):rep(40))]],
        [[string.find(("a"):rep(2000), ("a*"):rep(5) .. "b")]],
        [[string.match(("a"):rep(20000), ".-.-b")]],
        [[string.gsub(("("):rep(50000), "%b()%b()", "")]],
        [[string.find(("a"):rep(100000), ("a"):rep(50000) .. "b", 1, true)]],
    } do
        local ok, message = pcall(value_of, "return " .. call)
        t.assertFalse(ok, call)
        t.assertStrContains(tostring(message), "could take too long")
    end
end

function TestEnv.test_a_plan_cannot_reach_stdlib()
    t.assertEquals(value_of [[
        string.format, string.gsub, table.concat, pairs, tostring = nil, nil, nil, nil, tostring
        return ("%s"):format(sql ~= nil)]], "true")
    t.assertNotNil(string.gsub)
    t.assertNotNil(table.concat)
end

os.exit(t.LuaUnit.new():runSuiteByInstances({ { "TestEnv", TestEnv } }))
