--- Evaluates plans with stdlib under plain Lua.

package.path = "stdlib/?.lua;tests/lua/?.lua;" .. package.path

local dsl = require "dsl"
local errors = require "errors"

local support = {}

--- Runs a plan's text; returns its description, or nil and the messages.
function support.load(text)
    dsl.reset()
    local chunk = assert(load(text, "@plan", "t", dsl.environment()))
    local plan = dsl.finish(chunk())
    local messages = {}
    for i, e in ipairs(errors.list) do
        messages[i] = e.message
    end
    return plan, messages
end

--- The plan around some steps of expand.
function support.steps(text)
    local plan, messages = support.load('return plan "t" { api = 1, expand { ' .. text .. " } }")
    return plan and plan.steps, messages
end

return support
