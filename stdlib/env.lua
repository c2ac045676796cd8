--- The globals of a plan: what is harmless and gives the same result on every machine.
--
-- No io, os, require, debug, load, pcall and coroutines; pairs in order of keys; tostring without
-- addresses; a stable sort; patterns with a bound on their work, because a pattern runs in C where the
-- budget of instructions does not count. A hook that runs gets pcall too.

local native = require "native"
local errors = require "errors"
local token = require "token"

local env = {}

local executing = false

local find, gsub, format = string.find, string.gsub, string.format

-- tostring() without the address of a table or function.
local function show(value)
    local kind = type(value)
    if kind == "string" or kind == "number" or kind == "boolean" or kind == "nil" then
        return tostring(value)
    end
    local meta = getmetatable(value)
    if type(meta) == "table" and meta.__tostring then
        return tostring(value)
    end
    return kind
end

local function sorted_keys(t)
    if type(t) ~= "table" then
        error(("bad argument #1 to 'pairs' (table expected, got %s)"):format(type(t)), 0)
    end
    local numbers, strings = {}, {}
    for key in next, t do
        if type(key) == "number" then
            numbers[#numbers + 1] = key
        elseif type(key) == "string" then
            strings[#strings + 1] = key
        else
            error(("pairs has no order for a key that is a %s"):format(type(key)), 0)
        end
    end
    table.sort(numbers)
    table.sort(strings)
    return table.move(strings, 1, #strings, #numbers + 1, numbers)
end

local function safe_pairs(t)
    local keys, i = sorted_keys(t), 0
    return function()
        while i < #keys do
            i = i + 1
            local value = t[keys[i]]
            if value ~= nil then -- else removed meanwhile
                return keys[i], value
            end
        end
    end, t, nil
end

local function safe_next(t, key)
    local keys = sorted_keys(t)
    if key == nil then
        return keys[1], rawget(t, keys[1])
    end
    for i, other in ipairs(keys) do
        if other == key then
            return keys[i + 1], rawget(t, keys[i + 1])
        end
    end
    error("next got a key that is not in the table", 0)
end

local function safe_ipairs(t)
    if token.is_anything(t) then
        t = {}
    end
    return ipairs(t)
end

-- How many ways a pattern has to split n bytes, at worst: binomial(n + k, k) for k repetitions, twice
-- for each "?". The last repetition of a pattern always succeeds and does not count.
local function work_of(n, pattern)
    local k, options, last = find(pattern, "^%^") and 0 or 1, 0, nil
    local i = 1
    while i <= #pattern do
        local c = pattern:sub(i, i)
        last = nil
        if c == "%" then
            if pattern:sub(i + 1, i + 1) == "b" then
                k = k + 1
            end
            i = i + 1
        elseif c == "[" then
            i = find(pattern, "]", i + (find(pattern, "^%^", i + 1) and 3 or 2), true) or #pattern
        elseif c == "*" or c == "+" or c == "-" then
            k, last = k + 1, c
        elseif c == "?" then
            options = options + 1
        end
        i = i + 1
    end
    if last and last ~= "-" then
        k = k - 1
    end
    local work = 2.0 ^ options
    for j = 1, k do
        work = work * (n + j) / j
    end
    return work
end

local function bounded(name, func)
    return function(s, pattern, a, plain, ...)
        native.tick()
        if type(s) == "number" then
            s = tostring(s)
        end
        if type(s) == "string" and type(pattern) == "string" then
            local work
            if name == "find" and plain then
                work = #s * #pattern
            else
                work = work_of(#s, pattern)
            end
            if work > 1e8 then
                error(("string.%s: the pattern could take too long on a text of %d bytes"):format(name, #s), 0)
            end
        end
        return func(s, pattern, a, plain, ...)
    end
end

local function safe_format(text, ...)
    if type(text) == "string" and find(gsub(text, "%%%%", ""), "%%[^%a]*p") then
        error("string.format: %p shows an address, which differs from run to run", 0)
    end
    local args = table.pack(...)
    for i = 1, args.n do
        local kind = type(args[i])
        if kind ~= "string" and kind ~= "number" and kind ~= "boolean" and kind ~= "nil" then
            args[i] = show(args[i])
        end
    end
    return format(text, table.unpack(args, 1, args.n))
end

-- A merge sort: stable, so equal items have one order, whatever the comparison does.
local function safe_sort(list, less)
    less = less or function(a, b)
        return a < b
    end
    local n, from, to = #list, list, {}
    local width = 1
    while width < n do
        for low = 1, n, 2 * width do
            local i, middle, high = low, math.min(low + width, n + 1), math.min(low + 2 * width, n + 1)
            local j = middle
            for at = low, high - 1 do
                if i < middle and (j >= high or not less(from[j], from[i])) then
                    to[at], i = from[i], i + 1
                else
                    to[at], j = from[j], j + 1
                end
            end
        end
        from, to = to, from == list and {} or from
        width = 2 * width
    end
    if from ~= list then
        for i = 1, n do
            list[i] = from[i]
        end
    end
end

local function pick(from, ...)
    local t = {}
    for _, name in ipairs { ... } do
        t[name] = from[name]
    end
    return t
end

-- Names that a plan may look for, and what to say.
local refused = {
    print = 'a plan cannot print: say it in why = "..."',
    pcall = "a plan stops at its first error; a hook has pcall when it runs",
    xpcall = "a plan stops at its first error; a hook has pcall when it runs",
    os = "a plan has no clock, no environment and no files: it gives the same result everywhere",
    io = "a plan has no clock, no environment and no files: it gives the same result everywhere",
    require = "a plan is one file",
    dofile = "a plan is one file",
    loadfile = "a plan is one file",
    load = "a plan is one file",
    db = "db is an argument of a hook's function: run = function(db, log, ctx)",
    log = "log is an argument of a hook's function: run = function(db, log, ctx)",
    ctx = "ctx is an argument of a hook's function: run = function(db, log, ctx)",
}

-- A stop (^C) is not an error that a hook may catch.
local function finish_pcall(ok, ...)
    native.tick()
    return ok, ...
end
local function safe_pcall(func, ...)
    return finish_pcall(pcall(func, ...))
end

local function unknown(names, name, library)
    if executing and name == "pcall" then
        return safe_pcall
    end
    local shown = (library and library .. "." or "") .. show(name)
    local nearest = type(name) == "string" and native.nearest(name, names)
    if nearest and library then
        nearest = library .. "." .. nearest
    end
    local hint = not library and refused[name]
        or nearest and ('did you mean "%s"?'):format(nearest)
        or library and ("a plan has of %s: %s"):format(library, table.concat(names, ", "))
    local message = ('unknown name "%s"'):format(shown)
    if refused[name] and not library then
        message = ('"%s" is not available in a plan'):format(shown)
    end
    if executing then
        error(hint and ("%s (%s)"):format(message, hint) or message, 0)
    end
    errors.add {
        symbol = show(name),
        message = message,
        hint = hint or "a name must be a word of the language, or a local of the plan",
    }
    return token.anything
end

--- A library of which only some functions are there; the others are unknown names.
function env.only(name, t)
    local names = {}
    for member in next, t do
        names[#names + 1] = member
    end
    table.sort(names)
    return setmetatable(t, {
        __index = function(_, member)
            return unknown(names, member, name)
        end,
    })
end

local function safe_string()
    local s = pick(string, "byte", "char", "len", "lower", "rep", "reverse", "sub", "upper")
    s.find = bounded("find", string.find)
    s.match = bounded("match", string.match)
    s.gmatch = bounded("gmatch", string.gmatch)
    s.gsub = bounded("gsub", string.gsub)
    s.format = safe_format
    return env.only("string", s)
end

local function safe_table()
    local t = pick(table, "concat", "insert", "pack", "remove", "unpack")
    t.sort = safe_sort
    return env.only("table", t)
end

local function safe_math()
    return env.only("math", pick(math, "abs", "ceil", "floor", "fmod", "huge", "max", "maxinteger", "min",
        "mininteger", "modf", "sqrt", "tointeger", "type", "ult"))
end

local function safe_utf8()
    return env.only("utf8", pick(utf8, "char", "charpattern", "codepoint", "codes", "len", "offset"))
end

--- A fresh environment with these words in it.
function env.new(words)
    local globals = pick(_G, "assert", "select", "tonumber", "type")
    globals._VERSION = _VERSION
    globals._G = globals
    globals.pairs, globals.next, globals.ipairs = safe_pairs, safe_next, safe_ipairs
    globals.tostring = show
    globals.error = function(what)
        error(what, 0)
    end
    globals.string, globals.table = safe_string(), safe_table()
    globals.math, globals.utf8 = safe_math(), safe_utf8()
    local names = {}
    for name, word in next, words do
        globals[name] = word
    end
    for name in next, globals do
        names[#names + 1] = name
    end
    table.sort(names)
    return setmetatable(globals, {
        __index = function(_, name)
            return unknown(names, name)
        end,
    })
end

--- What s:find() means for every string of the state. Apart from the plan's own table, which the
-- plan may change.
function env.string_methods()
    return safe_string()
end

--- Hooks run from now on: unknown names are errors of their own, and pcall is there.
function env.execute()
    executing = true
end

return env
