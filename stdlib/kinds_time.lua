--- The kinds of values that are times: a part of kinds.lua, which see.

local native = require "native"
local values = require "values"

local must, list_of = values.must, values.list_of

local kinds = {}

kinds.duration = {
    lua = "string",
    says = 'duration, such as `"30s"`',
    check = values.measure_check({
        what = "a duration",
        such = '"30s"',
        units = "ms, s, m, h, d or w",
        forms = '"250ms", "30s", "10m", "48h", "7d"',
    }, native.duration),
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
    check = values.text_check("a time zone in a string", function(text)
        if text:find "^[^/]*[+-]?%d" then
            -- POSIX: "UTC+3" is three hours west of Greenwich.
            return nil, ('must be the name of a time zone, not "%s"'):format(text), 'such as "Europe/Berlin", or "UTC"'
        end
        return text
    end),
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
            return nil, ('must be one of "%s", not %s'):format(table.concat(week, '", "'), values.shown(day))
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

return kinds
