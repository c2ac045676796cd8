--- The kinds of values that fields.lua names.
--
-- kind.check(value, field, at) returns the value as the engine wants it, or nil, what is wrong
-- ("must be ..."), a hint, and where in an SQL text. kind.says stands in the reference, kind.lua is the
-- type for editors.

local native = require "native"
local token = require "token"
local values = require "values"

local must, string_of, list_of = values.must, values.string_of, values.list_of

local kinds = { describe = values.describe, range = values.range, show_ms = values.show_ms }
for _, part in ipairs { (require "kinds_sql"), (require "kinds_time") } do
    for name, kind in next, part do
        kinds[name] = kind
    end
end

kinds.text = {
    lua = "string",
    says = "text",
    check = function(value)
        return string_of(value, "a text")
    end,
}

local units = { B = 1, kB = 1024, MB = 1024 ^ 2, GB = 1024 ^ 3, TB = 1024 ^ 4 }

local function bytes_of(text)
    local number, unit = text:match "^(%d+%.?%d*) *(%a+)$"
    return units[unit] and math.tointeger(tonumber(number) * units[unit] // 1)
end

kinds.bytes = {
    lua = "string",
    says = 'size, such as `"64MB"`',
    check = values.measure_check({
        what = "a size",
        such = '"64MB"',
        units = "B, kB, MB, GB or TB",
        forms = '"512kB", "64MB", "1GB"',
    }, bytes_of, 1),
}

kinds.url = {
    lua = "string",
    says = "URL",
    check = values.text_check("a URL in a string", function(text)
        if not text:find "^https?://[^/%s]" or text:find "[%s%c]" then
            return nil, ('must begin with http:// or https://, not "%s"'):format(text)
        elseif text:find "^https?://[^/]*@" then
            return nil, "must hold no user and password", "a plan is shown to people, and kept in the ledger"
        end
        return text
    end),
}

kinds.regex = {
    lua = "string",
    says = "regular expression",
    check = values.text_check("a regular expression in a string", function(text)
        local ok, message = native.check_regex(text)
        if not ok then
            return nil, ("is not a regular expression: %s"):format(message), "as grep -E takes it"
        end
        return text
    end),
}

kinds.address = {
    lua = "string",
    says = "address or network",
    check = values.text_check("an address in a string", function(text)
        if not text:find "^[%x:.]+/?%d*$" or not native.check_address(text) then
            return nil, ('must be an address such as "10.1.2.3" or "10.1.0.0/16", not "%s"'):format(text)
        end
        return text
    end),
}

kinds.integer = {
    lua = "integer",
    says = "whole number",
    check = function(value, field)
        if math.type(value) ~= "integer" then
            return must("a whole number", value)
        elseif not values.in_range(value, field) then
            return nil, ("must be %s, not %d"):format(values.range(field), value)
        end
        return value
    end,
}

kinds.boolean = {
    lua = "boolean",
    says = "true or false",
    check = function(value)
        if type(value) ~= "boolean" then
            return must("true or false", value)
        end
        return value
    end,
}

kinds["function"] = {
    lua = "fun(db: zdm.db, log: zdm.log, ctx: zdm.ctx): boolean?",
    says = "function",
    check = function(value)
        if type(value) ~= "function" then
            return must("a function", value)
        elseif not native.is_plan_function(value) then
            return nil, "must be a function that is written in the plan"
        end
        return value
    end,
}

kinds.look = {
    lua = "fun(db: zdm.db, log: zdm.log, ctx: zdm.ctx): boolean, string?",
    says = "function",
    check = kinds["function"].check,
}

kinds.question = {
    lua = "fun(ctx: zdm.ctx): boolean|string|nil",
    says = "function",
    check = kinds["function"].check,
}

kinds.mapping = {
    lua = "fun(row: table<string, any>): table<string, any>?",
    says = "function",
    check = kinds["function"].check,
}

-- A table of its own fields (fields.lua says which); a function alone is its `check`.
kinds.throttle = {
    lua = "zdm.throttle|fun(ctx: zdm.ctx): boolean|string|nil",
    says = "`{ ... }` or a function",
    check = function(value, field, at)
        if type(value) == "function" then
            value = { check = value }
        end
        return require("validate").table(field.name, value, at)
    end,
}

kinds.strings = {
    lua = "string[]",
    says = "list of texts",
    check = function(value)
        return list_of(value, '{ "one", "two" }', kinds.text.check)
    end,
}

kinds.texts = {
    lua = "string|string[]",
    says = "text, or list of texts",
    check = function(value)
        return kinds.strings.check(type(value) == "string" and { value } or value)
    end,
}

-- Values of an enum, of which one may be ''.
kinds.labels = {
    lua = "string[]",
    says = "list of texts",
    check = function(value)
        return list_of(value, '{ "one", "two" }', function(label)
            return string_of(label, "a text", true)
        end)
    end,
}

-- Each entry becomes { column, to }: a value of an enum, and what it is called from then on.
kinds.renamed_values = {
    lua = "table<string, string>",
    says = "table of [old value] = new value",
    check = function(value)
        return values.entries_of(value, '{ old = "new" }', function(old, new)
            local text, wrong = string_of(new, "a text", true)
            if type(old) ~= "string" or not text then
                return nil, ("has an entry %s that %s"):format(tostring(old), wrong or "is no text")
            end
            return { column = old, to = text }
        end)
    end,
}

-- Where other servers are. A password is no part of a plan: the service file or ~/.pgpass has it.
kinds.connections = {
    lua = "string[]",
    says = "list of connection settings",
    check = function(value)
        local taken, hint = {}, 'such as "host=replica1", or the name of a service'
        local list, wrong = list_of(value, '{ "host=replica1" }', function(item)
            local text, wrong = string_of(item, "connection settings in a string")
            if not text then
                return nil, wrong
            elseif taken[text] then
                return nil, "stands there twice"
            elseif not native.is_public_conninfo(text) then
                hint = "a plan is shown to people, and kept in the ledger: a service file, ~/.pgpass or PGPASSWORD "
                    .. "have passwords"
                return nil, "holds a password, or cannot be read"
            end
            taken[text] = true
            return text
        end)
        return list, wrong, wrong and hint
    end,
}

-- Whom the journal knows as user@host.
kinds.people = {
    lua = "string[]",
    says = "list of users",
    check = function(value)
        local taken = {}
        return list_of(value, '{ "ann", "bob@laptop" }', function(item)
            local text, wrong = string_of(item, "a user")
            if not text then
                return nil, wrong
            elseif text:find "[%s%c,]" or text:find "^@" or text:find "@$" then
                return nil, ('must be a user such as "ann" or "ann@laptop", not "%s"'):format(text)
            elseif taken[text] then
                return nil, ('names "%s" again'):format(text)
            end
            taken[text] = true
            return text
        end)
    end,
}

local function plan_name(value)
    local text, wrong = string_of(value, "the name of a plan in a string")
    if text and (#text > 100 or text:find "[^%w_.-]") then
        return nil, "must be the name of a plan: at most 100 of A-Z a-z 0-9 _ . -"
    end
    return text, wrong
end

kinds.plans = {
    lua = "string|string[]",
    says = "name of a plan, or list of them",
    check = function(value)
        if type(value) == "string" then
            local name, wrong = plan_name(value)
            return name and { name }, wrong
        end
        return list_of(value, '{ "one", "two" }', plan_name)
    end,
}

kinds.yes = {
    lua = "true",
    says = "true",
    check = function(value)
        if value ~= true then
            return must("true, or left out", value)
        end
        return true
    end,
}

kinds.two_schemas = {
    lua = "{ old: string, new: string, clients: string? }",
    says = "`{ old = schema, new = schema, clients = pattern }`",
    check = function(value)
        if type(value) ~= "table" or token.data(value) then
            return must('a table such as { old = "app_v1", new = "app_v2" }', value)
        end
        local known = { old = kinds.identifier, new = kinds.identifier, clients = kinds.text }
        local names = { "old", "new", "clients" }
        local unknown, hint = values.unknown_field(value, names)
        if unknown then
            return nil, unknown, hint
        end
        local checked = {}
        for _, key in ipairs(names) do
            if value[key] ~= nil or key ~= "clients" then
                local wrong
                checked[key], wrong = known[key].check(value[key])
                if not checked[key] then
                    return nil, ('has "%s", which %s'):format(key, wrong)
                end
            end
        end
        return checked
    end,
}

kinds.argv = {
    lua = "string[]",
    says = "list of arguments",
    check = function(value)
        return list_of(value, '{ "program", "argument" }', function(item)
            -- An argument may be empty; a program may not, and is judged by whoever starts it.
            if item == "" then
                return item
            end
            return string_of(item, "a string")
        end)
    end,
}

kinds.choice = {
    lua = "string",
    says = "one of the words",
    check = function(value, field)
        for _, word in ipairs(field.values) do
            if value == word then
                return word
            end
        end
        return nil, ('must be "%s", not %s'):format(table.concat(field.values, '", "'), values.shown(value))
    end,
}

-- Rule to severity. Which rules there are the engine knows.
kinds.severities = {
    lua = "table<string, string>",
    says = "table of rule = severity",
    check = function(value)
        if type(value) ~= "table" or token.data(value) then
            return must('a table such as { ["rule-id"] = "warning" }', value)
        end
        local list = {}
        for rule, severity in next, value do
            if type(rule) ~= "string" or type(severity) ~= "string" then
                return nil, ("has an entry that is not rule = severity: %s = %s"):format(
                    type(rule) == "string" and rule or values.describe(rule),
                    type(severity) == "string" and severity or values.describe(severity)
                )
            end
            list[#list + 1] = { rule = rule, severity = severity }
        end
        -- "style" first: what is said of one rule stands over what is said of all.
        table.sort(list, function(a, b)
            if (a.rule == "style") ~= (b.rule == "style") then
                return a.rule == "style"
            end
            return a.rule < b.rule
        end)
        return list
    end,
}

kinds.id = {
    lua = "string",
    says = "name of a step",
    check = values.text_check("a name in a string", function(text)
        if #text > 100 then
            return nil, ("is %d bytes long; 100 is the limit"):format(#text)
        elseif text:find "%c" or text:find "^ " or text:find " $" then
            return nil, "must be one line of printable characters, without space at its ends"
        end
        return text
    end),
}

return kinds
