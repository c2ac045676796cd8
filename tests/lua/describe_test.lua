package.path = "tests/lua/?.lua;" .. package.path
local t = require "luaunit"

-- The keys of every jsonb_build_object of a query, a list each; and the number of its arguments.
local function objects(sql)
    local found, stack, i = {}, { {} }, 1
    while i <= #sql do
        local c, top, stop = sql:sub(i, i), stack[#stack], i
        if sql:find("^%-%-", i) then
            stop = sql:find("\n", i, true)
        elseif c == "'" then
            stop = sql:find("'", i + 1, true)
            while sql:sub(stop + 1, stop + 1) == "'" do
                stop = sql:find("'", stop + 2, true)
            end
            if top.keys and top.arguments % 2 == 1 then
                top.keys[#top.keys + 1] = sql:sub(i + 1, stop - 1)
            end
        elseif c == "(" or c == "[" then
            local inner = {}
            if sql:sub(1, i - 1):find "jsonb_build_object$" then
                inner = { keys = {}, arguments = 1 }
                found[#found + 1] = inner
            end
            stack[#stack + 1] = inner
        elseif c == ")" or c == "]" then
            stack[#stack] = nil
        elseif c == "," and top.arguments then
            top.arguments = top.arguments + 1
        end
        i = stop + 1
    end
    t.assertEquals(#stack, 1)
    return found
end

local TestDescribe = {}

-- jsonb_build_object says nothing when a key comes twice, and keeps the last one.
function TestDescribe.test_no_key_comes_twice()
    for name, least in next, { ["describe.sql"] = 10, ["describe_type.sql"] = 2 } do
        local file = assert(io.open("engine/catalog/sql/" .. name))
        local found = objects(file:read "a")
        file:close()
        t.assertTrue(#found >= least, name)
        for _, object in ipairs(found) do
            local seen = {}
            t.assertEquals(#object.keys * 2, object.arguments, table.concat(object.keys, ", "))
            for _, key in ipairs(object.keys) do
                t.assertNil(seen[key], ("%s: %s"):format(name, key))
                seen[key] = true
            end
        end
    end
end

function TestDescribe.test_a_key_that_comes_twice_is_found()
    local found = objects "SELECT jsonb_build_object('a', f(ARRAY['b', 'c'], 'it''s'), -- 'x', (\n 'a', 1), 'a'"
    t.assertEquals(found, { { keys = { "a", "a" }, arguments = 4 } })
end

os.exit(t.LuaUnit.new():runSuiteByInstances({ { "TestDescribe", TestDescribe } }))
