--- Stands in for the engine's functions when stdlib runs under plain Lua. Simple on purpose: the real
-- ones are tested in C.

local native = { null = setmetatable({}, { __tostring = function() return "null" end }) }

-- Line of the chunk named @plan that runs.
function native.where()
    for level = 2, 60 do
        local info = debug.getinfo(level, "Sl")
        if not info then
            return 0
        elseif info.source == "@plan" then
            return info.currentline
        end
    end
    return 0
end

function native.tick() end

function native.is_plan_function(func)
    return debug.getinfo(func, "S").source == "@plan"
end

function native.identifier(text)
    local quoted = text:match '^"(.+)"$'
    if quoted then
        return (quoted:gsub('""', '"'))
    elseif text:match "^[%a_][%w_]*$" then
        return text:lower()
    end
    return nil, ('"%s" is not a name'):format(text)
end

function native.split_name(text)
    local schema, name = text:match '^("[^"]+")%.(.+)$'
    if not schema then
        schema, name = text:match "^([%w_]+)%.(.+)$"
    end
    name = name or text
    local folded, message = native.identifier(name)
    if not folded then
        return nil, message
    end
    return folded, nil, schema and native.identifier(schema)
end

function native.quote_ident(name)
    return name:match "^[%l_][%l%d_]*$" and name or '"' .. name:gsub('"', '""') .. '"'
end

function native.quote_qualified(schema, name)
    return (schema and native.quote_ident(schema) .. "." or "") .. native.quote_ident(name)
end

function native.quote_literal(text)
    return "'" .. text:gsub("'", "''") .. "'"
end

function native.check_expression(text)
    local bad = text:find("%", 1, true)
    if bad then
        return nil, 'syntax error at or near "%"', nil, bad
    end
    return true
end

-- Every word outside of strings that is no function.
function native.columns(text)
    local list, seen = {}, {}
    for name, behind in text:gsub("'[^']*'", ""):gmatch "([%a_][%w_]*)(%(?)" do
        if behind == "" and not seen[name] then
            seen[name] = true
            list[#list + 1] = name
        end
    end
    table.sort(list)
    return list
end

-- The parser of PostgreSQL is not here: what begins with SELEC does not parse.
function native.check_address(text)
    return not text:find "^%d+$"
end

function native.check_regex(text)
    if text:find "%($" then
        return nil, "Unmatched ( or \\("
    end
    return true
end

function native.check_sql(text)
    local bad = text:find "%f[%w]SELEC%f[%W]"
    if bad then
        return nil, 'syntax error at or near "SELEC"', nil, bad
    end
    return true
end

-- Not SHA-256, but as long, and different for different texts.
function native.sha256(text)
    local h = 5381
    for i = 1, #text do
        h = h * 33 + text:byte(i)
    end
    return ("%016x"):format(h):rep(4)
end

function native.duration(text)
    local n, unit = text:match "^(%d+%.?%d*)(%a+)$"
    local ms = ({ ms = 1, s = 1000, m = 60000, h = 3600000, d = 86400000, w = 604800000 })[unit]
    return ms and math.tointeger(tonumber(n) * ms // 1)
end

-- The first name that begins with the same three letters.
function native.nearest(name, list)
    for _, other in ipairs(list) do
        if other:sub(1, 3) == name:sub(1, 3) then
            return other
        end
    end
end

return native
