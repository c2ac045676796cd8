--- Checks the body of a constructor against fields.lua.

local native = require "native"
local errors = require "errors"
local fields = require "fields"
local kinds = require "kinds"
local token = require "token"

local validate = {}

local function names_of(def)
    local names = {}
    for _, field in ipairs(def.fields) do
        names[#names + 1] = field.name
    end
    return names
end

local function field_of(def, name)
    for _, field in ipairs(def.fields) do
        if field.name == name then
            return field
        end
    end
end

local function unknown_field(def, key, at)
    local names = names_of(def)
    local hint = #names > 0 and errors.hint_for(key, names) or ("%s takes no fields"):format(def.name)
    errors.add {
        line = at.line,
        key = tostring(key),
        message = ('unknown field "%s" in %s'):format(tostring(key), at.label),
        hint = hint,
    }
end

-- One value through its kind; nil when it is missing or wrong (then reported).
local function value_of(field, value, at)
    if value == false and field.off then
        return 0
    elseif value == nil then
        value = field.default
        if value == nil and fields.table_of(field.kind) then
            value = {}
        end
        if value == nil then
            if field.required then
                errors.add {
                    line = at.line,
                    message = ('%s lacks the field "%s"'):format(at.label, field.name),
                    hint = ("%s: %s"):format(field.name, field.doc:gsub("`", "")),
                }
            end
            return nil
        end
    elseif token.is_anything(value) then
        return nil
    end
    local result, wrong, hint, place = kinds[field.kind].check(value, field, at)
    if wrong then
        errors.add {
            line = at.line,
            key = field.name,
            text = place and place.text,
            position = place and place.position,
            message = ('"%s" of %s %s'):format(field.name, at.label, wrong),
            hint = hint,
        }
        return nil
    end
    return result
end

-- The entries of body without a key, in order; holes are reported.
local function entries_of(def, body, at)
    local list, last = {}, 0
    for key in next, body do
        if math.type(key) == "integer" and key > last then
            last = key
        end
    end
    if last > 0 and not def.entries then
        errors.add {
            line = at.line,
            message = ("%s has an entry without a name: %s"):format(at.label, kinds.describe(body[last])),
            hint = "each value needs its field: name = value",
        }
        return list
    end
    for i = 1, last do
        if body[i] == nil then
            errors.add {
                line = at.line,
                message = ("entry %d of %s is nil"):format(i, at.label),
                hint = "is it a function that returns nothing?",
            }
        else
            list[#list + 1] = body[i]
        end
    end
    return list
end

local function misspelt(unknown, name)
    for _, key in ipairs(unknown) do
        if type(key) == "string" and native.nearest(key, { name }) then
            return true
        end
    end
    return false
end

-- Fields that come together.
local function together(def, body, unknown, at)
    for _, field in ipairs(def.fields) do
        local given = body[field.name] ~= nil
        for _, other in ipairs(field.needs or {}) do
            if given and body[other] == nil and not misspelt(unknown, other) then
                errors.add {
                    line = at.line,
                    key = field.name,
                    message = ('"%s" of %s needs "%s"'):format(field.name, at.label, other),
                    hint = ("%s: %s"):format(other, field_of(def, other).doc:gsub("`", "")),
                }
            end
        end
        local only = field.only_with
        if given and only and body[only] == nil and not misspelt(unknown, only) then
            errors.add {
                line = at.line,
                key = field.name,
                message = ('"%s" of %s is for "%s"'):format(field.name, at.label, only),
                hint = ("%s: %s"):format(field.name, field.doc:gsub("`", "")),
            }
        end
    end
end

-- Exactly one of the fields of def.one_of, at least one of def.some_of; a misspelt one is reported already.
local function enough(def, body, unknown, at)
    local given, words = {}, {}
    for i, name in ipairs(def.one_of or def.some_of or {}) do
        words[i] = ('"%s"'):format(name)
        if body[name] ~= nil then
            given[#given + 1] = name
        end
        if misspelt(unknown, name) then
            return
        end
    end
    if #words == 0 or #given == 1 or def.some_of and #given > 0 then
        return
    end
    local list = table.concat(words, ", ", 1, #words - 1) .. (def.some_of and " or " or " and ") .. words[#words]
    errors.add {
        line = at.line,
        key = given[2],
        message = ("%s needs %s%s"):format(at.label, def.some_of and "" or "one of ", list)
            .. (#given > 1 and (', not "%s" and "%s"'):format(given[1], given[2]) or ""),
        hint = #given > 1 and ("write one %s for each"):format(def.name) or nil,
    }
end

--- Checks body. at: line and label of the constructor. Returns the values by field (defaults filled
-- in, wrong ones left out) and the list of entries without a key; and reports what is wrong.
function validate.body(def, body, at)
    local values = {}
    if token.is_anything(body) then
        return values, {}
    elseif type(body) ~= "table" or token.data(body) then
        errors.add {
            line = at.line,
            message = ("%s needs { ... }, not %s"):format(at.label, kinds.describe(body)),
        }
        return values, {}
    end
    local unknown = {}
    for key in next, body do
        if math.type(key) ~= "integer" and not field_of(def, key) then
            unknown[#unknown + 1] = key
        end
    end
    for _, key in ipairs(unknown) do
        unknown_field(def, key, at)
    end
    for _, field in ipairs(def.fields) do
        -- A misspelt field explains why the right one is missing.
        if body[field.name] ~= nil or not misspelt(unknown, field.name) then
            values[field.name] = value_of(field, body[field.name], at)
        end
    end
    enough(def, body, unknown, at)
    together(def, body, unknown, at)
    local takes_allow = field_of(def, "allow")
    local one_alone = (values.allow == nil) ~= (values.because == nil) and (body.allow == nil) ~= (body.because == nil)
    if takes_allow and one_alone then
        errors.add {
            line = at.line,
            key = values.allow and "allow" or "because",
            message = ("%s has %s without %s"):format(
                at.label,
                values.allow and "allow" or "because",
                values.allow and "because" or "allow"
            ),
            hint = 'allow = { "rule" }, because = "why it is safe here"',
        }
    end
    return values, entries_of(def, body, at)
end

--- Checks a table that stands in a field: its values, defaults filled in.
function validate.table(name, body, at)
    local def = fields.table_of(name)
    local values = validate.body(def, body, { line = at.line, label = ("%s of %s"):format(name, at.label) })
    return values
end

--- Checks one value that stands right behind a constructor (an id, an SQL text). Returns it or nil.
function validate.value(kind, value, at, what)
    if token.is_anything(value) then
        return nil
    end
    local result, wrong, hint, place = kinds[kind].check(value, { name = what }, at)
    if wrong then
        errors.add {
            line = at.line,
            text = place and place.text,
            position = place and place.position,
            message = ("%s %s"):format(what, wrong),
            hint = hint,
        }
        return nil
    end
    return result
end

return validate
