--- How values go from one type of PostgreSQL to another, and back: what zdm knows without being told.
--
-- types.between(from, to, options) -> { up, down, default, whole, compare_text } or nil:
--   up(x), down(x)   SQL that makes a value of `to` (of `from`) of the SQL x; nil: the assignment does it. NULL of a
--                    value that does not fit: it stands in triggers, where an error would be the application's
--   default(d)       the default of the old column, for the new one
--   whole            every value of `from` fits
--   apart            default(d) is not always what up makes of d
--   compare_text     `to` has no equality
-- Types are written as format_type() does: see types.canonical().

local native = require "native"

local types = {}

local aliases = {
    int = "integer", int4 = "integer", int8 = "bigint", int2 = "smallint", bool = "boolean", decimal = "numeric",
    float8 = "double precision", float4 = "real", varchar = "character varying", bpchar = "character",
    char = "character", timestamptz = "timestamp with time zone", timestamp = "timestamp without time zone",
}

--- "INT8" -> "bigint", "varchar(20)" -> "character varying", "20". The second is what stands in parentheses, or nil.
function types.canonical(text)
    local name = text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
    name = name:gsub(" [Cc][Oo][Ll][Ll][Aa][Tt][Ee] .*$", "")
    if name:find '"' then
        return name
    end
    name = name:lower():gsub("^pg_catalog%.", "")
    local base, modifier, tail = name:match "^([%a_][%w_ ]-) ?%(([%d, ]+)%)(.*)$"
    base = (base or name) .. (tail or "")
    return aliases[base] or base, modifier and modifier:gsub(" ", "")
end

local integers = {
    smallint = { 1, "-32768", "32767" },
    integer = { 2, "-2147483648", "2147483647" },
    bigint = { 3, "-9223372036854775808", "9223372036854775807" },
}

local function same(d)
    return d
end

-- CASE WHEN condition of x THEN x::type END
local function when(condition, target)
    return function(x)
        return ("CASE WHEN %s THEN (%s)::%s END"):format(condition:gsub("<x>", function()
            return x
        end), x, target)
    end
end

local function cast(target)
    return function(x)
        return ("(%s)::%s"):format(x, target)
    end
end

-- 'ok'::mood -> 'ok'::text, so that the old type is not needed any more; anything else is cast.
local function default(target)
    return function(d)
        local literal = d:match "^('[^']*')::[^']+$"
        return ("%s::%s"):format(literal or "(" .. d .. ")", target)
    end
end

local function within(type)
    return ("<x> BETWEEN %s AND %s"):format(integers[type][2], integers[type][3])
end

-- What PostgreSQL reads as a number that certainly fits; all else does not. (What \s and \d mean depends on the
-- collation.)
local function spaced(pattern)
    return "^[ \\t\\n\\v\\f\\r]*" .. pattern .. "[ \\t\\n\\v\\f\\r]*$"
end

local number = spaced [[([-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?|[nN]a[nN]|[-+]?Infinity)]]
local digits = spaced "[-+]?[0-9]{1,30}"

local function integer_of_text(type)
    return when(("CASE WHEN <x> ~ '%s' THEN (<x>)::numeric BETWEEN %s AND %s END"):format(digits, integers[type][2],
        integers[type][3]), type)
end

local uuid = "<x> ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"

-- from -> to, both without parentheses; how(from, to) -> what types.between() returns.
local pairs_of = {}

local function pair(from, to, how)
    pairs_of[from .. " -> " .. to] = how
end

for small, s in next, integers do
    for big, b in next, integers do
        if s[1] < b[1] then
            pair(small, big, function()
                return { down = when(within(small), small), default = same, whole = true }
            end)
            pair(big, small, function()
                return { up = when(within(small), small), default = same }
            end)
        end
    end
    local whole = "<x> = pg_catalog.trunc(<x>) AND " .. within(small)
    pair(small, "numeric", function()
        return { down = when(whole, small), default = same, whole = true }
    end)
    pair("numeric", small, function()
        return { up = when(whole, small), default = same }
    end)
    pair("text", small, function()
        return { up = integer_of_text(small), down = cast "text", default = default(small) }
    end)
    pair(small, "text", function()
        return { up = cast "text", down = integer_of_text(small), default = default "text", whole = true }
    end)
end
pair("text", "numeric", function()
    return { up = when(("<x> ~ '%s'"):format(number), "numeric"), down = cast "text", default = default "numeric" }
end)
pair("numeric", "text", function()
    return {
        up = cast "text",
        down = when(("<x> ~ '%s'"):format(number), "numeric"),
        default = default "text",
        whole = true,
    }
end)
pair("text", "uuid", function()
    return { up = when(uuid, "uuid"), down = cast "text", default = default "uuid" }
end)
pair("uuid", "text", function()
    return { up = cast "text", down = when(uuid, "uuid"), default = default "text", whole = true }
end)

-- What json lets pass and jsonb refuses: escapes of the character zero and of halves of characters, and numbers that
-- are too large.
local no_jsonb = [=[(?<!\\)(\\\\)*(\\u0000|\\u[dD][89abAB]<h>{2}(?!\\u[dD][c-fC-F]<h>{2})]=]
    .. [=[|(?<!\\u[dD][89abAB]<h>{2})\\u[dD][c-fC-F]<h>{2})|(^|[:,[])[[:space:]]*-?[0-9][0-9.]*[eE][-+]?[0-9]{5}]=]
no_jsonb = no_jsonb:gsub("<h>", "[0-9a-fA-F]")

-- Not pg_input_is_valid(), which is stable: the planner would compute the cast of a value first, and fail.
pair("json", "jsonb", function()
    return {
        up = when(("(<x>)::text !~ '%s'"):format(no_jsonb), "jsonb"),
        down = cast "json",
        default = default "jsonb",
    }
end)
pair("jsonb", "json", function()
    return { up = cast "json", down = cast "jsonb", default = default "json", whole = true, compare_text = true }
end)

-- The time zone is said in the plan: that of a session would be another one in each.
local function in_zone(_, _, options)
    if not options.time_zone then
        return nil
    end
    local function convert(x)
        return ("(%s) AT TIME ZONE %s"):format(x, native.quote_literal(options.time_zone))
    end
    return {
        up = convert,
        down = convert,
        zone = options.time_zone,
        whole = true,
        apart = true,
        default = function(d, of)
            -- The moment is the same, whatever the zone.
            local now = d == "now()" or d == "CURRENT_TIMESTAMP" or d == "transaction_timestamp()"
            return now and of == "timestamp without time zone" and d or convert(("(%s)::%s"):format(d, of))
        end,
    }
end
pair("timestamp without time zone", "timestamp with time zone", in_zone)
pair("timestamp with time zone", "timestamp without time zone", in_zone)

-- text and varchar, of any length.
local function text_to_text(from, to, _, from_length, to_length)
    local function fits(length, type)
        if not length then
            return nil
        end
        return when(("pg_catalog.length(<x>) <= %s"):format(length), ("%s(%s)"):format(type, length))
    end
    return {
        up = fits(to_length, to),
        down = fits(from_length, from),
        default = same,
        whole = not to_length or from_length and tonumber(from_length) <= tonumber(to_length),
    }
end

local function labels_of(enum)
    return when(("<x> = ANY (pg_catalog.enum_range(NULL::%s)::text[])"):format(enum), enum)
end

local is_text = { text = true, ["character varying"] = true }

--- options.time_zone; options.enum: `from` is an enum.
function types.between(from_text, to_text, options)
    local from, from_modifier = types.canonical(from_text)
    local to, to_modifier = types.canonical(to_text)
    if is_text[from] and is_text[to] then
        return text_to_text(from, to, options, from_modifier, to_modifier)
    elseif (to_modifier or from_modifier) and not (from:find "^timestamp" and to:find "^timestamp") then
        return nil -- may round, or cut off
    elseif options.enum and is_text[to] then
        return { up = cast "text", down = labels_of(from_text), default = default "text", whole = true }
    end
    local how = pairs_of[(is_text[from] and "text" or from) .. " -> " .. (is_text[to] and "text" or to)]
    return how and how(from, to, options)
end

local equal = {}
for name in next, integers do
    equal[name] = true
end
for _, name in ipairs { "numeric", "text", "character varying", "character", "boolean", "uuid", "date", "jsonb", "real",
    "double precision", "timestamp with time zone", "timestamp without time zone", "bytea", "interval" } do
    equal[name] = true
end

--- Is it certain that values of it can be compared?
function types.has_equality(text)
    return equal[types.canonical(text)] or false
end

local kin = {
    ["text"] = "text", ["character varying"] = "text", numeric = "numeric", uuid = "uuid", boolean = "boolean",
    jsonb = "jsonb", bytea = "bytea", date = "date", ["timestamp with time zone"] = "date",
    ["timestamp without time zone"] = "date",
}
for name in next, integers do
    kin[name] = "integer"
end

--- Is it certain that no column of this type can refer to one of the other by a foreign key?
function types.never_refers(text, other_text)
    local own, other = kin[types.canonical(text)], kin[types.canonical(other_text)]
    return own and other and own ~= other and not (own == "integer" and other == "numeric") or false
end

--- Does PostgreSQL change it without a rewrite, in an instant?
function types.is_instant(from_text, to_text)
    local from, from_modifier = types.canonical(from_text)
    local to, to_modifier = types.canonical(to_text)
    if from == "numeric" and to == "numeric" and from_modifier and to_modifier then
        local p, s = (from_modifier .. ",0"):match "^(%d+),(%d+)"
        local p2, s2 = (to_modifier .. ",0"):match "^(%d+),(%d+)"
        return s == s2 and tonumber(p2) >= tonumber(p)
    end
    return is_text[from] and is_text[to] and (not to_modifier
        or from_modifier and tonumber(from_modifier) <= tonumber(to_modifier)) or false
end

--- Of smallint, integer, bigint: what a sequence may be.
function types.is_integer(text)
    return integers[types.canonical(text)] ~= nil
end

--- The greatest number that it holds, as text; nil when it is no integer type.
function types.greatest(text)
    local range = integers[types.canonical(text)]
    return range and range[3]
end

return types
