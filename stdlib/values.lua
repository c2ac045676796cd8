--- What the kinds of values (kinds.lua, kinds_sql.lua) check with, and say.

local errors = require "errors"
local native = require "native"
local token = require "token"

local values = {}

--- "an integer", "an empty string", "false", 'sql "x"': for messages.
function values.describe(value)
    if value == nil or value == native.null or type(value) == "boolean" or token.data(value) then
        return tostring(value)
    elseif value == "" then
        return "an empty string"
    elseif type(value) == "table" and next(value) == nil then
        return "an empty table"
    end
    local kind = math.type(value) or type(value)
    return (kind:find "^[aeiou]" and "an " or "a ") .. kind
end

--- The same, but a text as it stands.
function values.shown(value)
    return type(value) == "string" and ('"%s"'):format(value) or values.describe(value)
end

function values.must(what, value)
    return nil, ("must be %s, not %s"):format(what, values.describe(value))
end

--- A string that canonical JSON can hold, and that is not empty unless it may be; or nil and what is wrong.
function values.string_of(value, what, may_be_empty)
    if type(value) ~= "string" or value == "" and not may_be_empty then
        return values.must(what, value)
    elseif value:find("\0", 1, true) or not utf8.len(value) then
        return nil, ("must be %s in UTF-8 without NUL"):format(what)
    end
    return value
end

--- The check() of a kind of texts (kinds.lua): what check_text(text, field, at) says of one.
function values.text_check(what, check_text)
    return function(value, field, at)
        local text, wrong = values.string_of(value, what)
        if not text then
            return nil, wrong
        end
        return check_text(text, field, at)
    end
end

--- That a table has a key which is not among the known ones, and a hint; nil when it has none.
function values.unknown_field(value, known)
    local is_known = {}
    for _, key in ipairs(known) do
        is_known[key] = true
    end
    for key in next, value do
        if not is_known[key] then
            return ('has the unknown field "%s"'):format(tostring(key)), errors.hint_for(key, known)
        end
    end
end

local function count_keys(value)
    local n = 0
    for _ in next, value do
        n = n + 1
    end
    return n
end

--- Is it a table of somebody's with an entry at least?
function values.is_table(value)
    return type(value) == "table" and not token.data(value) and next(value) ~= nil
end

--- What item() makes of each entry of a list; nil, what is wrong, when it is none.
function values.list_of(value, what, item)
    if type(value) ~= "table" or token.data(value) or #value == 0 or count_keys(value) ~= #value then
        return values.must("a list such as " .. what, value)
    end
    local list = {}
    for i = 1, #value do
        local text, wrong = item(value[i])
        if not text then
            return nil, ("has an entry %d that %s"):format(i, wrong)
        end
        list[i] = text
    end
    return list
end

--- What item(key, value) makes of each entry of a table, in the order of the keys; nil, and what is wrong, when it is
-- none, or what item() returns behind its nil.
function values.entries_of(value, what, item)
    if not values.is_table(value) then
        return values.must("a table such as " .. what, value)
    end
    local keys, list = {}, {}
    for key in next, value do
        keys[#keys + 1] = key
    end
    table.sort(keys, function(a, b)
        return tostring(a) < tostring(b)
    end)
    for _, key in ipairs(keys) do
        local made, wrong, hint, place = item(key, value[key])
        if not made then
            return nil, wrong, hint, place
        end
        list[#list + 1] = made
    end
    return list
end

--- The check() of a number with its unit, in a string. says: what it is, an example, the units, all forms; least: of
-- fields that do not say `min`.
function values.measure_check(says, measure, least)
    return function(value, field)
        if type(value) ~= "string" then
            local wrong = select(2, values.must(("%s such as %s"):format(says.what, says.such), value))
            return nil, wrong, math.type(value) and "write the unit, in a string: " .. says.units
        end
        local range = { kind = field.kind, min = field.min or least, max = field.max }
        local n = measure(value)
        if not n then
            return nil, ('must be %s, not "%s"'):format(says.what, value), "a number and a unit: " .. says.forms
        elseif not values.in_range(n, range) then
            return nil, ("must be %s, not %s"):format(values.range(range), value)
        end
        return n
    end
end

--- "30s" of 30000.
function values.show_ms(ms)
    for _, unit in ipairs { { 3600000, "h" }, { 60000, "m" }, { 1000, "s" } } do
        if ms > 0 and ms % unit[1] == 0 then
            return ms // unit[1] .. unit[2]
        end
    end
    return ms .. "ms"
end

--- A range for messages and for the reference: "5 to 5000", "at least 1".
function values.range(field)
    local show = field.kind == "duration" and values.show_ms or tostring
    if field.min and field.min == field.max then
        return show(field.min)
    elseif field.min and field.max then
        return ("%s to %s"):format(show(field.min), show(field.max))
    elseif field.min and field.min > 0 then
        return "at least " .. show(field.min)
    end
end

function values.in_range(n, field)
    return n >= (field.min or math.mininteger) and n <= (field.max or math.maxinteger)
end

return values
