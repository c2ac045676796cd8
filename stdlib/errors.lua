--- The errors of a plan, collected while it is evaluated and reported together.
--
-- An error: message, hint, line; and what helps to find the column on or below that line:
-- key (a `key =`), symbol (a name), or text and position (an SQL text, and a character in it).

local native = require "native"

local errors = { list = {} }

local seen = {}

--- Adds an error; the line defaults to the plan's line that is running. The same error of the same
-- line (a loop) is kept once.
function errors.add(e)
    e.line = e.line or native.where()
    local same = ("%d:%s:%s"):format(e.line, e.key or e.symbol or "", e.message)
    if not seen[same] then
        seen[same] = true
        errors.list[#errors.list + 1] = e
    end
end

--- The hint for a key that is none of the names: the nearest one, or all of them.
function errors.hint_for(key, names)
    local nearest = type(key) == "string" and native.nearest(key, names)
    return nearest and ('did you mean "%s"?'):format(nearest) or "fields: " .. table.concat(names, ", ")
end

--- Forgets all errors: for tests, which evaluate many plans in one state.
function errors.reset()
    errors.list, seen = {}, {}
end

return errors
