--- The kinds of values that are SQL, or names in it: a part of kinds.lua, which see.

local native = require "native"
local token = require "token"
local values = require "values"

local must, string_of, list_of, text_check = values.must, values.string_of, values.list_of, values.text_check

local kinds = {}

-- The check() of what is SQL of some kind for the engine, and knows its place in the plan.
local function parsed_check(what, parse, wrong)
    return text_check(what, function(text, field, at)
        local ok, message, hint, position = parse(text)
        if not ok then
            return nil, wrong .. message, hint, { text = text, position = position }
        end
        return { text = text, line = at.line, key = field.name }
    end)
end

kinds.sql = {
    lua = "string",
    says = "SQL",
    check = parsed_check("SQL in a string", native.check_sql, "does not parse: "),
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
    check = parsed_check("an SQL expression in a string", native.check_expression, "is not an SQL expression: "),
}

kinds.identifier = {
    lua = "string",
    says = "name",
    check = text_check("a name in a string", function(text)
        local name, message = native.identifier(text)
        if not name then
            return nil, "must be a name: " .. message
        end
        return text
    end),
}

kinds.qualified = {
    lua = "string",
    says = "name or schema.name",
    check = text_check("a table's name in a string", function(text)
        local name, message = native.split_name(text)
        if not name then
            return nil, "must be a table's name: " .. message
        end
        return text
    end),
}

local function column_key(key)
    local name, wrong = kinds.identifier.check(key)
    return name, name or ('has the key "%s", which %s'):format(tostring(key), wrong)
end

kinds.assignments = {
    lua = "table<string, string>",
    says = "table of column = SQL expression",
    check = function(value, _, at)
        local taken = {}
        return values.entries_of(value, '{ column = "expression" }', function(column, expr)
            local name, wrong = column_key(column)
            if not name then
                return nil, wrong
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
            return { column = column, expr = sql }
        end)
    end,
}

-- Each entry becomes { column, to }.
kinds.column_names = {
    lua = "table<string, string>",
    says = "table of column = column",
    check = function(value)
        return values.entries_of(value, '{ column = "other_column" }', function(column, to)
            local name, wrong = column_key(column)
            if not name then
                return nil, wrong
            end
            name, wrong = kinds.identifier.check(to)
            if not name then
                return nil, ("has a value for %s that %s"):format(column, wrong)
            end
            return { column = column, to = name }
        end)
    end,
}

-- What no type can be is found when the statement that has it is parsed.
kinds.types = {
    lua = "table<string, string>",
    says = "table of column = type",
    check = function(value)
        return values.entries_of(value, '{ column = "integer" }', function(column, text)
            local name, wrong = column_key(column)
            if not name then
                return nil, wrong
            end
            text, wrong = string_of(text, "a type in a string")
            if not text then
                return nil, ("has a type for %s that %s"):format(column, wrong)
            end
            return { column = column, type = text }
        end)
    end,
}

-- Each entry becomes { statements = { ... } }.
local function queries_of(value)
    return list_of(value, '{ "SELECT ..." }', function(entry)
        if type(entry) == "string" then
            entry = { entry }
        end
        local statements, wrong = list_of(entry, '{ "SELECT ..." }', function(statement)
            local text, no_text = string_of(statement, "a text")
            if not text then
                return nil, no_text
            end
            local filled = text:gsub("%f[:%w_]:[%a_\128-\255][%w_\128-\255]*%.[%w_.\128-\255]+", "1")
            filled = filled:gsub("%f[:%w_]:(%a+)%f[^%w_]", { row = "1", n = "1" })
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
        if not values.is_table(value) then
            return must('a table such as { old = { "SELECT ..." }, new = { "SELECT ..." } }', value)
        end
        local unknown, hint = values.unknown_field(value, { "old", "new" })
        if unknown then
            return nil, unknown, hint
        end
        local result = {}
        for key, list in next, value do
            local queries, wrong = queries_of(list)
            if not queries then
                return nil, ('has "%s", which %s'):format(key, wrong)
            end
            result[key] = queries
        end
        return result
    end,
}

-- The first part of a name as in SQL, the dot behind it, and what is behind that; nil when it is none.
local function name_part(text)
    local quoted = text:match '^"' and #(('"' .. text:sub(2):gsub('""', "zz")):match '^"[^"]+"' or "")
    local part = quoted and text:sub(1, quoted) or text:match "^[%a_\128-\255][%w_$\128-\255]*"
    if part and part ~= "" then
        return part, text:match("^(%.?)(.*)$", #part + 1)
    end
end

-- The name of a relation, or of a column behind one: up to three parts. Which of them it is the catalog knows.
kinds.object_name = {
    lua = "string",
    says = "name",
    check = text_check("a name in a string", function(text)
        local rest, parts = text, 0
        repeat
            local part, dot, behind = name_part(rest)
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
    end),
}

local conflicts = { error = true, nothing = true, update = true }

kinds.copy = {
    lua = "{ into: string, columns: table<string, string>?, on_conflict: string }",
    says = "`{ into = table, columns = { column = SQL expression }, on_conflict = word }`",
    check = function(value, _, at)
        if type(value) ~= "table" or token.data(value) then
            return must('a table such as { into = "t2", on_conflict = "nothing" }', value)
        end
        local unknown, no_field = values.unknown_field(value, { "into", "columns", "on_conflict" })
        if unknown then
            return nil, unknown, no_field
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
        return values.entries_of(value, '{ ["users.email"] = "email_address" }', function(column, to)
            local name, wrong = kinds.object_name.check(column)
            if not name then
                return nil, ("has a key that %s"):format(wrong)
            end
            name, wrong = kinds.identifier.check(to)
            if not name then
                return nil, ("has a value for %s that %s"):format(column, wrong)
            end
            return { column = column, to = name }
        end)
    end,
}

return kinds
