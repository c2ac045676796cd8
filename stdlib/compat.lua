--- A file for zdm rehearse --load: it returns what `compat` of a plan would be.

local env = require "env"
local errors = require "errors"
local kinds = require "kinds"

local compat = {}

--- What the file sees: harmless Lua, and no words of its own.
function compat.environment()
    return env.new {}
end

--- Takes what the file returned. Returns { compat = ... }, or nil when there are errors.
function compat.finish(value)
    local result, wrong, hint = kinds.compat.check(value)
    if not result then
        errors.add { line = 0, message = "what the file returned " .. wrong, hint = hint }
    end
    for _, e in ipairs(errors.list) do
        e.message = e.message:gsub("in a plan", "in a load")
        e.hint = e.hint and e.hint:gsub("a plan has no clock", "it has no clock"):gsub("a plan is one", "it is one")
    end
    if #errors.list > 0 then
        return nil
    end
    return { compat = result }
end

return compat
