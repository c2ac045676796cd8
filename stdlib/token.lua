--- Opaque values: what constructors hand to a plan.
--
-- A plan sees an empty table that it can neither read nor change; the description behind it is
-- reachable only through this module. So nothing that was checked can change afterwards.

local native = require "native"

local token = {}

local data = setmetatable({}, { __mode = "k" })
local meta = {}
local anything_meta = {}

local function refuse(what)
    return function(self)
        error(("%s cannot be %s"):format(tostring(self), what), 0)
    end
end

meta.__index = refuse "read: it only describes"
meta.__newindex = refuse "changed: describe it in one go"
meta.__concat = function(a, b)
    error(("%s cannot be joined with .."):format(tostring(data[a] and a or b)), 0)
end

function meta.__call(self, ...)
    local call = data[self].call
    if not call then
        error(("%s is complete: is a comma missing behind it?"):format(tostring(self)), 0)
    end
    return call(...)
end

function meta.__tostring(self)
    return data[self].label
end

--- A new token. `description` has: kind, label, line, and what its constructor adds.
function token.new(description)
    local self = setmetatable({}, meta)
    description.line = description.line or native.where()
    data[self] = description
    return self
end

--- The description behind a value, or nil when it is no token.
function token.data(value)
    return data[value]
end

-- A value to go on with after an error: it can be called, indexed and computed with, and is ignored
-- wherever a plan puts it, so that one mistake is reported once.
local anything = setmetatable({}, anything_meta)
local function itself()
    return anything
end
for _, event in ipairs {
    "index", "call", "concat", "add", "sub", "mul", "div", "mod", "pow", "unm", "idiv",
    "band", "bor", "bxor", "shl", "shr", "bnot",
} do
    anything_meta["__" .. event] = itself
end
anything_meta.__newindex = function() end
anything_meta.__lt = function()
    return false
end
anything_meta.__le = anything_meta.__lt
anything_meta.__len = function()
    return 0
end
anything_meta.__tostring = function()
    return "?"
end

token.anything = anything

function token.is_anything(value)
    return rawequal(value, anything)
end

return token
