--- How steps get their locks: a part of fields.lua, which see. A plan says it for all its steps, a step for itself.

local list = {
    {
        name = "lock_budget",
        kind = "duration",
        min = 1,
        max = 600000,
        default = "2s",
        doc = "The longest that one try for a strong lock waits, all tables of its step together; whoever comes after "
            .. "waits behind it. The first try waits 50 ms, each one after it twice as long as the one before.",
    },
    {
        name = "lock_patience",
        kind = "duration",
        min = 1,
        default = "10m",
        doc = "How long to go on trying for one lock, all tries together.",
    },
    {
        name = "lock_tries",
        kind = "integer",
        min = 1,
        max = 100000,
        default = 100,
        doc = "How many tries at most.",
    },
    {
        name = "statement_timeout",
        kind = "duration",
        min = 0,
        default = "5s",
        doc = "A statement that is believed to be brief is cancelled when it works longer than this, and the step fails "
            .. "without having changed anything; `0s`: never. What scans, rewrites or builds has none.",
    },
    {
        name = "old_transaction",
        kind = "duration",
        min = 0,
        default = "10s",
        doc = "A strong lock is not even asked for while a transaction (or a prepared one) that holds a lock in its way "
            .. "is older than this, or an autovacuum to prevent wraparound works on the table; `0s`: do not look.",
    },
    {
        name = "wait_for_old_transactions",
        kind = "duration",
        min = 0,
        default = "10m",
        doc = "How long to wait for these; then the step fails and names them. `0s`: it fails at once.",
    },
    {
        name = "on_blocked",
        kind = "choice",
        values = { "wait", "cancel", "terminate" },
        default = "wait",
        doc = "What to do with a session that stands in the way of a lock: `wait` for it, `cancel` its statement, or "
            .. "`terminate` it. Only sessions that the role may cancel, never those of the server itself.",
    },
    {
        name = "on_blocked_age",
        kind = "duration",
        min = 0,
        default = "1m",
        only_with = "on_blocked",
        doc = "... when its transaction is at least this old.",
    },
    {
        name = "on_blocked_application",
        kind = "regex",
        only_with = "on_blocked",
        doc = "... and its `application_name` matches.",
    },
}

local locks, of_step = {}, {}

for i, field in ipairs(list) do
    of_step[i] = {}
    for key, value in next, field do
        of_step[i][key] = value
    end
    of_step[i].default = nil -- the plan's
    of_step[i].doc = "As in `plan`, for this step."
end

--- Puts what was said of locks into a description.
function locks.copy(values, description)
    for _, field in ipairs(list) do
        description[field.name] = values[field.name]
    end
    return description
end

local function append(fields, more)
    for _, field in ipairs(more) do
        fields[#fields + 1] = field
    end
    return fields
end

--- The fields with these behind them.
function locks.and_plan(fields)
    return append(fields, list)
end

function locks.and_step(fields)
    return append(fields, of_step)
end

--- The names with these behind them.
function locks.append_names(names)
    for _, field in ipairs(list) do
        names[#names + 1] = field.name
    end
    return names
end

return locks
