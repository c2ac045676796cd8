--- What the checks of fields/checks.lua become.
--
-- build[name](values, list, at, id) returns the description that lua/reader.c takes: kind, id, `shown`
-- (what it waits for, for people) and `options`, which engine/gate finds by their names: texts, durations
-- in milliseconds.

local kinds = require "kinds"

local build = {}

local function quoted(text)
    return '"' .. text .. '"'
end

local function check(kind, id, shown, options)
    local list = {}
    for name, value in next, options do
        list[#list + 1] = { name = name, value = tostring(value) }
    end
    table.sort(list, function(a, b)
        return a.name < b.name
    end)
    return { kind = kind, id = id, shown = shown, options = list }
end

function build.not_before(values)
    return check("not_before", "not_before", ("%s (%s)"):format(values.time, values.zone), {
        time = values.time,
        zone = values.zone,
    })
end

function build.window(values)
    local days = values.days or { numbers = "1,2,3,4,5,6,7", shown = "every day" }
    local shown = ("from %s to %s (%s), %s"):format(values.from, values.to, values.zone, days.shown)
    return check("window", "window", shown, {
        from = values.from,
        to = values.to,
        zone = values.zone,
        days = days.numbers,
    })
end

function build.no_clients(values, _, _, id)
    local options, shown = {}, {}
    for _, name in ipairs { "application", "user", "address" } do
        if values[name] then
            options[name] = values[name]
            shown[#shown + 1] = name .. " " .. quoted(values[name])
        end
    end
    return check("no_clients", id, "nobody with " .. table.concat(shown, " and "), options)
end

local function limit(kind, what)
    build[kind] = function(_, _, _, ms)
        return check(kind, kind, ("%s %s"):format(what, ms and kinds.show_ms(ms) or "?"), { limit = ms })
    end
end
limit("no_long_transactions", "no transaction open longer than")
limit("replica_lag", "every replica within")

function build.consistent(values)
    local up = values.up
    local id = ("%s.%s"):format(values.table, values.to)
    local shown = ("%s = %s in every row"):format(id, up and up.text or values.from)
    if values.sample < 100 then
        shown = shown .. (" of %d %% of the pages"):format(values.sample)
    end
    local d = check("consistent", id, shown, {
        table = values.table,
        from = values.from,
        to = values.to,
        sample = values.sample,
        timeout = values.timeout,
    })
    d.sql = up
    return d
end

function build.http(values, _, _, id)
    local shown = ("%s answers %d"):format(values.url, values.status)
    if values.body then
        shown = shown .. (" with %s"):format(quoted(values.body))
    end
    return check("http", id, shown, {
        url = values.url,
        status = values.status,
        body = values.body,
        timeout = values.timeout,
    })
end

function build.flag(values, _, _, id)
    local source = values.url or values.file or values.env or "SQL"
    local d = check("flag", id, ("%s to be %s"):format(source, quoted(values.is)), {
        is = values.is,
        file = values.file,
        env = values.env,
        url = values.url,
        timeout = values.timeout,
    })
    d.sql = values.sql
    return d
end

return build
