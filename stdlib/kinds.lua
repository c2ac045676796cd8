--- The kinds of values that fields.lua names.
--
-- kind.check(value, field, at) returns the value as the engine wants it, or nil, what is wrong
-- ("must be ..."), a hint, and where in an SQL text. kind.says stands in the reference, kind.lua is the
-- type for editors.

local errors = require "errors"
local native = require "native"
local token = require "token"

local kinds = {}

-- "an integer", "an empty string", "false", 'sql "x"': for messages.
local function describe(value)
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
kinds.describe = describe

local function must(what, value)
    return nil, ("must be %s, not %s"):format(what, describe(value))
end

-- A non-empty string that canonical JSON can hold, or nil and what is wrong.
local function string_of(value, what)
    if type(value) ~= "string" or value == "" then
        return must(what, value)
    elseif value:find("\0", 1, true) or not utf8.len(value) then
        return nil, ("must be %s in UTF-8 without NUL"):format(what)
    end
    return value
end

local function count_keys(value)
    local n = 0
    for _ in next, value do
        n = n + 1
    end
    return n
end

local function show_ms(ms)
    for _, unit in ipairs { { 3600000, "h" }, { 60000, "m" }, { 1000, "s" } } do
        if ms > 0 and ms % unit[1] == 0 then
            return ms // unit[1] .. unit[2]
        end
    end
    return ms .. "ms"
end

kinds.show_ms = show_ms

-- A range for messages and for the reference: "5 to 5000", "at least 1".
function kinds.range(field)
    local show = field.kind == "duration" and show_ms or tostring
    if field.min and field.min == field.max then
        return show(field.min)
    elseif field.min and field.max then
        return ("%s to %s"):format(show(field.min), show(field.max))
    elseif field.min and field.min > 0 then
        return "at least " .. show(field.min)
    end
end

local function in_range(n, field)
    return n >= (field.min or math.mininteger) and n <= (field.max or math.maxinteger)
end

kinds.text = {
    lua = "string",
    says = "text",
    check = function(value)
        return string_of(value, "a text")
    end,
}

kinds.sql = {
    lua = "string",
    says = "SQL",
    check = function(value, field, at)
        local text, wrong = string_of(value, "SQL in a string")
        if not text then
            return nil, wrong
        end
        local ok, message, hint, position = native.check_sql(text)
        if not ok then
            return nil, "does not parse: " .. message, hint, { text = text, position = position }
        end
        return { text = text, line = at.line, key = field.name }
    end,
}

-- The engine knows the word.
kinds.undo = {
    lua = "string",
    says = 'SQL, or `"nothing"`',
    check = function(value, field, at)
        if value == "nothing" then
            return { text = value, line = at.line, key = field.name }
        end
        return kinds.sql.check(value, field, at)
    end,
}

kinds.expression = {
    lua = "string",
    says = "SQL expression",
    check = function(value, field, at)
        local text, wrong = string_of(value, "an SQL expression in a string")
        if not text then
            return nil, wrong
        end
        local ok, message, hint, position = native.check_expression(text)
        if not ok then
            return nil, "is not an SQL expression: " .. message, hint, { text = text, position = position }
        end
        return { text = text, line = at.line, key = field.name }
    end,
}

kinds.identifier = {
    lua = "string",
    says = "name",
    check = function(value)
        local text, wrong = string_of(value, "a name in a string")
        if not text then
            return nil, wrong
        end
        local name, message = native.identifier(text)
        if not name then
            return nil, "must be a name: " .. message
        end
        return text
    end,
}

kinds.qualified = {
    lua = "string",
    says = "name or schema.name",
    check = function(value)
        local text, wrong = string_of(value, "a table's name in a string")
        if not text then
            return nil, wrong
        end
        local name, message = native.split_name(text)
        if not name then
            return nil, "must be a table's name: " .. message
        end
        return text
    end,
}

kinds.assignments = {
    lua = "table<string, string>",
    says = "table of column = SQL expression",
    check = function(value, _, at)
        if type(value) ~= "table" or token.data(value) or count_keys(value) == 0 then
            return must('a table such as { column = "expression" }', value)
        end
        local list, taken, columns = {}, {}, {}
        for column in next, value do
            columns[#columns + 1] = column
        end
        table.sort(columns, function(a, b)
            return tostring(a) < tostring(b)
        end)
        for _, column in ipairs(columns) do
            local expr = value[column]
            local name, wrong = kinds.identifier.check(column)
            if not name then
                return nil, ('has the key "%s", which %s'):format(tostring(column), wrong)
            end
            local folded = native.identifier(column)
            if taken[folded] then
                return nil, ("sets the column %s twice"):format(folded)
            end
            taken[folded] = true
            local sql, message, hint, place = kinds.expression.check(expr, { name = column }, at)
            if not sql then
                if math.type(expr) or type(expr) == "boolean" then
                    hint = ('write it as SQL: %s = "%s"'):format(column, tostring(expr))
                end
                return nil, ("has a value for %s that %s"):format(column, message), hint, place
            end
            list[#list + 1] = { column = column, expr = sql }
        end
        return list
    end,
}

-- What no type can be is found when the statement that has it is parsed.
kinds.types = {
    lua = "table<string, string>",
    says = "table of column = type",
    check = function(value)
        if type(value) ~= "table" or token.data(value) or count_keys(value) == 0 then
            return must('a table such as { column = "integer" }', value)
        end
        local list = {}
        for column, text in next, value do
            local name, wrong = kinds.identifier.check(column)
            if not name then
                return nil, ('has the key "%s", which %s'):format(tostring(column), wrong)
            end
            text, wrong = string_of(text, "a type in a string")
            if not text then
                return nil, ("has a type for %s that %s"):format(column, wrong)
            end
            list[#list + 1] = { column = column, type = text }
        end
        table.sort(list, function(a, b)
            return a.column < b.column
        end)
        return list
    end,
}

kinds.duration = {
    lua = "string",
    says = 'duration, such as `"30s"`',
    check = function(value, field)
        if type(value) ~= "string" then
            local wrong = select(2, must('a duration such as "30s"', value))
            return nil, wrong, math.type(value) and "write the unit, in a string: ms, s, m, h, d or w"
        end
        local ms = native.duration(value)
        if not ms then
            local hint = 'a number and a unit: "250ms", "30s", "10m", "48h", "7d"'
            return nil, ('must be a duration, not "%s"'):format(value), hint
        elseif not in_range(ms, field) then
            return nil, ("must be %s, not %s"):format(kinds.range(field), value)
        end
        return ms
    end,
}

kinds.keep = {
    lua = "true|string",
    says = '`true`, or a duration such as `"30d"`',
    check = function(value, field)
        if value == true then
            return true
        elseif type(value) ~= "string" then
            return must('true, or a duration such as "30d"', value)
        end
        return kinds.duration.check(value, field)
    end,
}

local units = { B = 1, kB = 1024, MB = 1024 ^ 2, GB = 1024 ^ 3, TB = 1024 ^ 4 }

kinds.bytes = {
    lua = "string",
    says = 'size, such as `"64MB"`',
    check = function(value, field)
        if type(value) ~= "string" then
            local wrong = select(2, must('a size such as "64MB"', value))
            return nil, wrong, math.type(value) and "write the unit, in a string: B, kB, MB, GB or TB"
        end
        local number, unit = value:match "^(%d+%.?%d*) *(%a+)$"
        local bytes = units[unit] and math.tointeger(tonumber(number) * units[unit] // 1)
        if not bytes then
            return nil, ('must be a size, not "%s"'):format(value), 'a number and a unit: "512kB", "64MB", "1GB"'
        elseif not in_range(bytes, { min = field.min or 1, max = field.max }) then
            return nil, ("must be %s, not %s"):format(kinds.range { min = field.min or 1, max = field.max }, value)
        end
        return bytes
    end,
}

kinds.url = {
    lua = "string",
    says = "URL",
    check = function(value)
        local text, wrong = string_of(value, "a URL in a string")
        if not text then
            return nil, wrong
        elseif not text:find "^https?://[^/%s]" or text:find "[%s%c]" then
            return nil, ('must begin with http:// or https://, not "%s"'):format(text)
        elseif text:find "^https?://[^/]*@" then
            return nil, "must hold no user and password", "a plan is shown to people, and kept in the ledger"
        end
        return text
    end,
}

local function list_of(value, what, item)
    if type(value) ~= "table" or token.data(value) or #value == 0 or count_keys(value) ~= #value then
        return must("a list such as " .. what, value)
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

kinds.regex = {
    lua = "string",
    says = "regular expression",
    check = function(value)
        local text, wrong = string_of(value, "a regular expression in a string")
        if not text then
            return nil, wrong
        end
        local ok, message = native.check_regex(text)
        if not ok then
            return nil, ("is not a regular expression: %s"):format(message), "as grep -E takes it"
        end
        return text
    end,
}

local days_of_month = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function days_in(year, month)
    local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
    return month == 2 and leap and 29 or days_of_month[month] or 0
end

local function is_clock(text)
    local hour, minute = text:match "^(%d%d):(%d%d)$"
    return hour and tonumber(hour) < 24 and tonumber(minute) < 60
end

kinds.zone = {
    lua = "string",
    says = "time zone",
    check = function(value)
        local text, wrong = string_of(value, "a time zone in a string")
        if not text then
            return nil, wrong
        elseif text:find "^[^/]*[+-]?%d" then
            -- POSIX: "UTC+3" is three hours west of Greenwich.
            return nil, ('must be the name of a time zone, not "%s"'):format(text), 'such as "Europe/Berlin", or "UTC"'
        end
        return text
    end,
}

kinds.clock = {
    lua = "string",
    says = 'time of day, such as `"22:00"`',
    check = function(value)
        if type(value) ~= "string" then
            return must('a time of day such as "22:00"', value)
        elseif not is_clock(value) then
            return nil, ('must be a time of day such as "22:00", not "%s"'):format(value)
        end
        return value
    end,
}

kinds.moment = {
    lua = "string",
    says = 'time, such as `"2026-12-01 09:00"`',
    check = function(value)
        if type(value) ~= "string" then
            return must('a time such as "2026-12-01 09:00"', value)
        end
        local year, month, day, clock = value:match "^(%d%d%d%d)-(%d%d)-(%d%d) (%d%d:%d%d)$"
        if not year or not is_clock(clock) then
            return nil, ('must be a time such as "2026-12-01 09:00", not "%s"'):format(value)
        elseif tonumber(day) < 1 or tonumber(day) > days_in(tonumber(year), tonumber(month)) then
            return nil, ("must be a day of the calendar, not %s-%s-%s"):format(year, month, day)
        end
        return value
    end,
}

local week = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" }

kinds.days = {
    lua = "string[]",
    says = "list of `mon` ... `sun`",
    check = function(value)
        local given = {}
        local list, wrong = list_of(value, '{ "mon", "tue" }', function(day)
            for number, name in ipairs(week) do
                if day == name then
                    given[number] = true
                    return name
                end
            end
            local shown = type(day) == "string" and ('"%s"'):format(day) or describe(day)
            return nil, ('must be one of "%s", not %s'):format(table.concat(week, '", "'), shown)
        end)
        if not list then
            return nil, wrong
        end
        local numbers, names = {}, {}
        for number, name in ipairs(week) do
            if given[number] then
                numbers[#numbers + 1], names[#names + 1] = number, name
            end
        end
        return { numbers = table.concat(numbers, ","), shown = table.concat(names, ", ") }
    end,
}

kinds.address = {
    lua = "string",
    says = "address or network",
    check = function(value)
        local text, wrong = string_of(value, "an address in a string")
        if not text then
            return nil, wrong
        elseif not text:find "^[%x:.]+/?%d*$" or not native.check_address(text) then
            return nil, ('must be an address such as "10.1.2.3" or "10.1.0.0/16", not "%s"'):format(text)
        end
        return text
    end,
}

kinds.integer = {
    lua = "integer",
    says = "whole number",
    check = function(value, field)
        if math.type(value) ~= "integer" then
            return must("a whole number", value)
        elseif not in_range(value, field) then
            return nil, ("must be %s, not %d"):format(kinds.range(field), value)
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

-- Each entry becomes { statements = { ... } }.
local function queries_of(value)
    return list_of(value, '{ "SELECT ..." }', function(entry)
        if type(entry) == "string" then
            entry = { entry }
        end
        local statements, wrong = list_of(entry, '{ "SELECT ..." }', function(statement)
            local text, no_text = kinds.text.check(statement)
            if not text then
                return nil, no_text
            end
            local filled = text:gsub("%f[:%w_]:(%a+)%f[^%w_]", { row = "1", n = "1" })
            local ok, message = native.check_sql(filled)
            if not ok then
                return nil, "does not parse: " .. message
            end
            return text
        end)
        return statements and { statements = statements }, wrong
    end)
end

kinds.compat = {
    lua = "{ old: (string|string[])[]?, new: (string|string[])[]? }",
    says = "`{ old = { SQL, ... }, new = { SQL, ... } }`",
    check = function(value)
        if type(value) ~= "table" or token.data(value) or next(value) == nil then
            return must('a table such as { old = { "SELECT ..." }, new = { "SELECT ..." } }', value)
        end
        local result = {}
        for key, list in next, value do
            if key ~= "old" and key ~= "new" then
                return nil, ('has the unknown field "%s"'):format(tostring(key)), errors.hint_for(key, { "old", "new" })
            end
            local queries, wrong = queries_of(list)
            if not queries then
                return nil, ('has "%s", which %s'):format(key, wrong)
            end
            result[key] = queries
        end
        return result
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

-- The name of a relation, or of a column behind one: up to three parts. Which of them it is the catalog knows.
kinds.object_name = {
    lua = "string",
    says = "name",
    check = function(value)
        local text, wrong = string_of(value, "a name in a string")
        if not text then
            return nil, wrong
        end
        local rest, parts = text, 0
        repeat
            local part, dot, behind = rest:match '^("[^"]+")(%.?)(.*)$'
            if not part then
                part, dot, behind = rest:match "^([%a_\128-\255][%w_$\128-\255]*)(%.?)(.*)$"
            end
            if not part or (dot == "") ~= (behind == "") then
                return nil,
                    ('must be a name as in SQL, not "%s"'):format(text),
                    '"users.email", "app.users.email", "old_table", [["My Schema"."T".c]]'
            end
            rest, parts = behind, parts + 1
        until rest == ""
        if parts > 3 then
            return nil, ('has more parts than schema.table.column: "%s"'):format(text)
        end
        return text
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

local conflicts = { error = true, nothing = true, update = true }

kinds.copy = {
    lua = "{ into: string, columns: table<string, string>?, on_conflict: string }",
    says = "`{ into = table, columns = { column = SQL expression }, on_conflict = word }`",
    check = function(value, _, at)
        if type(value) ~= "table" or token.data(value) then
            return must('a table such as { into = "t2", on_conflict = "nothing" }', value)
        end
        local known = { "into", "columns", "on_conflict" }
        for key in next, value do
            if key ~= "into" and key ~= "columns" and key ~= "on_conflict" then
                return nil, ('has the unknown field "%s"'):format(tostring(key)), errors.hint_for(key, known)
            end
        end
        local into, wrong = kinds.qualified.check(value.into)
        if not into then
            return nil, ('has "into", which %s'):format(wrong)
        end
        if type(value.on_conflict) ~= "string" or not conflicts[value.on_conflict] then
            local said = select(2, must('"error", "nothing" or "update"', value.on_conflict))
            return nil,
                ('has "on_conflict", which %s'):format(said),
                "what to do about a row that is there already; there is no default"
        end
        local columns
        if value.columns ~= nil then
            local message, hint, place
            columns, message, hint, place = kinds.assignments.check(value.columns, nil, at)
            if not columns then
                return nil, ('has "columns", which %s'):format(message), hint, place
            end
        end
        return { into = into, on_conflict = value.on_conflict, columns = columns }
    end,
}

kinds.columns = {
    lua = "string|string[]",
    says = "name, or list of names",
    check = function(value)
        if type(value) == "string" then
            value = { value }
        end
        return list_of(value, '{ "one", "two" }', kinds.identifier.check)
    end,
}

kinds.tables = {
    lua = "string[]",
    says = "list of names or schema.names",
    check = function(value)
        return list_of(value, '{ "one", "two" }', kinds.qualified.check)
    end,
}

-- Each entry becomes { column, to }.
kinds.new_names = {
    lua = "table<string, string>",
    says = "table of [\"table.column\"] = new name",
    check = function(value)
        if type(value) ~= "table" or token.data(value) or count_keys(value) == 0 then
            return must('a table such as { ["users.email"] = "email_address" }', value)
        end
        local list = {}
        for column, to in next, value do
            local name, wrong = kinds.object_name.check(column)
            if not name then
                return nil, ("has a key that %s"):format(wrong)
            end
            name, wrong = kinds.identifier.check(to)
            if not name then
                return nil, ("has a value for %s that %s"):format(column, wrong)
            end
            list[#list + 1] = { column = column, to = name }
        end
        table.sort(list, function(a, b)
            return a.column < b.column
        end)
        return list
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
        local shown = type(value) == "string" and ('"%s"'):format(value) or describe(value)
        return nil, ('must be "%s", not %s'):format(table.concat(field.values, '", "'), shown)
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
                    type(rule) == "string" and rule or describe(rule),
                    type(severity) == "string" and severity or describe(severity)
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
    check = function(value)
        local text, wrong = string_of(value, "a name in a string")
        if not text then
            return nil, wrong
        elseif #text > 100 then
            return nil, ("is %d bytes long; 100 is the limit"):format(#text)
        elseif text:find "%c" or text:find "^ " or text:find " $" then
            return nil, "must be one line of printable characters, without space at its ends"
        end
        return text
    end,
}

return kinds
