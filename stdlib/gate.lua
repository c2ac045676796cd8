--- From the entries of a gate to its checks.

local errors = require "errors"
local locks = require "fields/locks"
local kinds = require "kinds"
local token = require "token"

local gate = {}

-- An sql inside a gate is a question, not a step.
local function question(d, at)
    for _, name in ipairs(locks.append_names { "undo", "probe", "allow", "because", "why" }) do
        if d[name] ~= nil then
            errors.add {
                line = d.line,
                key = name,
                message = ('unknown field "%s" in %s, which stands in %s'):format(name, d.label, at.label),
                hint = "in a gate, sql is a query and takes no options",
            }
        end
    end
    return { kind = "sql", id = d.id, sql = d.up, line = d.line }
end

-- So is a command: its exit code is the answer.
local function answer(d, at)
    for _, name in ipairs { "probe", "undo", "idempotent", "why" } do
        if d[name] then
            errors.add {
                line = d.line,
                key = name,
                message = ('unknown field "%s" in %s, which stands in %s'):format(name, d.label, at.label),
                hint = "in a gate, command takes argv and timeout",
            }
        end
    end
    local shown = d.argv and ("%s exits with 0"):format(table.concat(d.argv, " "))
    local options = { { name = "timeout", value = tostring(d.timeout or 60000) } }
    return { kind = "command", id = d.id, argv = d.argv, options = options, shown = shown, line = d.line }
end

-- The check behind the i-th entry, or nil when it was reported or is to be ignored.
local function check_of(entry, i, at)
    local d = token.data(entry)
    if token.is_anything(entry) then
        return nil
    elseif d then
        d.used = true
    end
    if d and d.kind == "half" then
        errors.add { line = d.line, message = d.label .. " " .. d.lacks }
    elseif d and d.stands == "check" then
        return d
    elseif d and d.name == "sql" then
        return question(d, at)
    elseif d and d.name == "command" then
        return answer(d, at)
    else
        errors.add {
            line = d and d.line or at.line,
            message = ("%s cannot stand in %s"):format(
                d and d.label or ("entry %d, %s,"):format(i, kinds.describe(entry)),
                at.label
            ),
            hint = "a gate takes checks: soak, approval, sql, window, no_clients, ...",
        }
    end
end

--- The checks of a gate: at least one, each under an id of its own.
function gate.checks(list, at)
    local checks, taken = {}, {}
    for i, entry in ipairs(list) do
        local check = check_of(entry, i, at)
        if check then
            checks[#checks + 1] = check
            if check.id and taken[check.id] then
                errors.add {
                    line = check.line,
                    message = ('%s has two checks named "%s"'):format(at.label, check.id),
                    hint = ("the first is at line %d"):format(taken[check.id]),
                }
            elseif check.id then
                taken[check.id] = check.line
            end
        end
    end
    if #list == 0 then
        errors.add {
            line = at.line,
            message = at.label .. " is empty",
            hint = 'give it something to wait for: approval "...", soak "48h", sql "..." [[SELECT ...]]',
        }
    end
    return checks
end

return gate
