--- zdm.conf.lua: what a project sets for every zdm check. The table `sections` drives the checks here,
-- the reference (docs/reference/conf.md) and its test.

local env = require "env"
local errors = require "errors"
local kinds = require "kinds"
local validate = require "validate"

local conf = {}

conf.sections = {
    {
        name = "check",
        doc = "What `zdm check` does when its options do not say otherwise.",
        fields = {
            {
                name = "paths",
                kind = "strings",
                doc = "What to check when no path is given: plans, .sql files, folders; relative to this file.",
            },
            {
                name = "convention",
                kind = "text",
                doc = "The migration tool whose files they are, when it is not to be found out: as `--convention`.",
            },
            {
                name = "fail_on",
                kind = "choice",
                values = { "error", "warning", "none" },
                default = "error",
                doc = "From which severity on a finding makes the exit code 4.",
            },
            {
                name = "allow_unknown",
                kind = "boolean",
                default = false,
                doc = "Exit code 2 is not for statements that zdm cannot judge.",
            },
            {
                name = "rules",
                kind = "severities",
                doc = "Severities by rule: `off`, `info`, `warning` or `error`; `style` stands for all style rules.",
            },
            {
                name = "pg_version",
                kind = "integer",
                min = 12,
                max = 99,
                doc = "The major version that the SQL is for, such as 15.",
            },
            {
                name = "assume_in_transaction",
                kind = "boolean",
                doc = "Whether files run inside a transaction, when their tool's convention does not say it right.",
            },
        },
        example = [[
return {
    check = {
        paths = { "db/migrations" },
        pg_version = 15,
        fail_on = "warning",
        rules = {
            style = "info",
            ["break-drop-column"] = "warning",
        },
    },
}]],
    },
}

local function section_of(name)
    for _, section in ipairs(conf.sections) do
        if section.name == name then
            return section
        end
    end
end

local function unknown_section(key)
    local names = {}
    for i, section in ipairs(conf.sections) do
        names[i] = section.name
    end
    errors.add {
        line = 0,
        key = tostring(key),
        message = ('unknown field "%s" in zdm.conf.lua'):format(tostring(key)),
        hint = errors.hint_for(key, names),
    }
end

--- What the file sees: harmless Lua, and no words of its own.
function conf.environment()
    return env.new {}
end

--- Takes what the file returned. Returns the values of each section, or nil when there are errors.
function conf.finish(value)
    local values = {}
    if type(value) ~= "table" then
        errors.add {
            line = 0,
            message = ("zdm.conf.lua returned %s"):format(value == nil and "nothing" or kinds.describe(value)),
            hint = "return { check = { ... } }",
        }
        value = {}
    end
    for key, body in next, value do
        local section = section_of(key)
        if section then
            -- A line of 1: keys are searched for below it.
            values[key] = validate.body(section, body, { line = 1, label = key })
        else
            unknown_section(key)
        end
    end
    for _, e in ipairs(errors.list) do
        e.message = e.message:gsub("in a plan", "in zdm.conf.lua")
        e.hint = e.hint and e.hint:gsub("a plan has no clock", "it has no clock"):gsub("a plan is one", "it is one")
    end
    if #errors.list > 0 then
        return nil
    end
    return values
end

return conf
