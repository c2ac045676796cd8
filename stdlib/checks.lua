--- What the checks of fields/checks.lua become.
--
-- build[name](values, list, at, id) returns the description that lua/reader.c takes: kind, id, `shown`
-- (what it waits for, for people) and `options`, which engine/gate finds by their names: texts, durations
-- in milliseconds.

local errors = require "errors"
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

-- An approval without options is described as it always was: its definition stays the same.
function build.approval(values, _, at, id)
    local n, by = values.approvals or 1, values.by
    if by and n > #by then
        errors.add {
            line = at.line,
            key = "approvals",
            message = ("%s asks for %d approvals, and names %d who may give them"):format(at.label, n, #by),
        }
    end
    return check("approval", id, nil, {
        approvals = n > 1 and n or nil,
        by = by and table.concat(by, ", "),
        not_runner = values.not_runner or nil,
    })
end

function build.unused(values, list, at)
    local names, taken = {}, {}
    for i, entry in ipairs(list) do
        local name, wrong, hint = kinds.object_name.check(entry)
        if not name then
            errors.add { line = at.line, message = ("entry %d of %s %s"):format(i, at.label, wrong), hint = hint }
        elseif not taken[name] then
            taken[name] = true
            names[#names + 1] = name
        end
    end
    if #list == 0 then
        errors.add { line = at.line, message = at.label .. " is empty", hint = 'unused { "users.email" }' }
    end
    local id = "no use of " .. table.concat(names, ", ")
    if #id > 100 then
        id = ("no use of %s, and %d more"):format(names[1] or "", #names - 1)
    end
    local roles = values.ignore_roles
    local shown = ("no use of %s for %s"):format(table.concat(names, ", "), kinds.show_ms(values.quiet or 0))
    if roles then
        shown = ("%s, but by %s"):format(shown, table.concat(roles, ", "))
    end
    local d = check("unused", id, shown, { quiet = values.quiet })
    d.names, d.roles = names, roles
    d.functions, d.aliases, d.replicas = values.ignore_functions, values.ignore_aliases, values.replicas
    return d
end

function build.quarantine_empty(values)
    local id = values.step and "quarantine_empty " .. values.step or "quarantine_empty"
    local shown = values.step and ("no row of %s in quarantine"):format(quoted(values.step)) or "no row in quarantine"
    return check("quarantine_empty", id, shown, { step = values.step })
end

function build.check(values, _, _, id)
    local d = check("check", id, "a function of the plan to return true", {})
    d.run = values.run
    return d
end

return build
