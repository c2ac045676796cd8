--- The words of a plan, made from fields.lua; and the plan put together from them.

local native = require "native"
local env = require "env"
local errors = require "errors"
local fields = require "fields"
local kinds = require "kinds"
local locks = require "fields/locks"
local build = require "steps"
local recipe = require "recipe"
local recipes = require "recipes"
local sync = require "sync"
local token = require "token"
local validate = require "validate"

local dsl = {}

local state = "describing" -- then "finished": hooks may not describe any more
local made = {} -- every token, to find those that no plan uses
local described -- name of the plan that is being described

local function new(description)
    local t = token.new(description)
    made[#made + 1] = description
    return t
end

-- 'backfill "copy email"', or 'sync {}' for a constructor without an id.
local function label_of(def, id)
    if def.id and id ~= nil then
        -- The id may be wrong in every way; a message stays one line.
        local shown = tostring(id):gsub("%c", "?")
        return ('%s "%s"'):format(def.name, #shown > 120 and shown:sub(1, 100) .. "..." or shown)
    end
    return def.name .. (def.id and "" or " {}")
end

local function id_kind(def)
    return ({ plan = "text", step = "id", check = "text", duration = "duration" })[def.id]
end

local function check_id(def, id, at)
    local value = validate.value(id_kind(def), id, at, ("the name of %s"):format(def.name))
    if value and def.id == "plan" and (#value > 100 or value:find "[^%w_.-]") then
        errors.add {
            line = at.line,
            message = ('the name of a plan must be at most 100 of A-Z a-z 0-9 _ . -, not "%s"'):format(value),
            hint = "the journal, the ledger and commands know the plan by it",
        }
    elseif value and def.id == "check" and (#value > 200 or value:find "%c") then
        errors.add {
            line = at.line,
            message = ("the text of %s must be one line of at most 200 bytes"):format(def.name),
        }
        return nil
    end
    return value
end

-- The description of a complete constructor.
local function complete(def, id, text, body, at)
    local values, list, before = {}, {}, #errors.list
    if body ~= nil then
        values, list = validate.body(def, body, at)
    end
    -- What a check waits for is put into words; not what is wrong.
    local sound = def.stands ~= "check" or #errors.list == before
    local d = sound and build[def.name](values, list, at, id, text) or { kind = def.name }
    d.name, d.stands, d.line, d.label = def.name, def.stands, at.line, at.label
    d.id = d.id or id
    return d
end

-- A description that is complete, and may be once more with { options }.
local function with_options(d, again)
    d.call = function(options)
        d.call = nil
        for key, value in next, again(options) do
            d[key] = value
        end
        return d.token
    end
    d.token = new(d)
    return d.token
end

-- sql "id" [[text]], and once more with { options }.
local function with_text(def, id, half, at)
    return function(text)
        local sql = validate.value(def.text, text, at, ("the SQL of %s"):format(at.label))
        half.used = true
        return with_options(complete(def, id, sql, nil, at), function(options)
            return complete(def, id, sql, options, at)
        end)
    end
end

local function with_id(def)
    return function(id)
        local at = { line = native.where(), label = label_of(def, type(id) == "string" and id or nil) }
        if type(id) == "table" and not token.is_anything(id) and not token.data(id) then
            errors.add {
                line = at.line,
                message = ("%s needs a name first"):format(def.name),
                hint = ('%s "name" { ... }'):format(def.name),
            }
            return token.anything
        end
        id = check_id(def, id, at)
        if def.id == "plan" then
            described = id
        end
        if def.stands == "check" and #def.fields == 0 then
            local d = build[def.name]({}, {}, at, id)
            d.name, d.stands, d.line, d.label = def.name, def.stands, at.line, at.label
            return new(d)
        elseif def.body == "optional" then
            return with_options(complete(def, id, nil, nil, at), function(options)
                return complete(def, id, nil, options, at)
            end)
        end
        local half = {
            kind = "half",
            name = def.name,
            stands = def.stands,
            line = at.line,
            label = at.label,
            lacks = def.text and ("lacks its SQL: %s [[...]]"):format(at.label)
                or ("lacks its body: %s { ... }"):format(at.label),
        }
        half.call = def.text and with_text(def, id, half, at)
            or function(body)
                half.used = true
                if body == nil then
                    body = "nothing"
                end
                return new(complete(def, id, nil, body, at))
            end
        return new(half)
    end
end

local function without_id(def)
    return function(body)
        local at = { line = native.where(), label = label_of(def) }
        if body == nil then
            body = token.anything
            errors.add { line = at.line, message = ("%s needs { ... }"):format(def.name) }
        end
        return new(complete(def, nil, nil, body, at))
    end
end

-- An entry of a list: its description, or nil when it was reported or is to be ignored.
local function entry_of(entry, i, at, wanted)
    local d = token.data(entry)
    if token.is_anything(entry) then
        return nil
    elseif not d then
        errors.add {
            line = at.line,
            message = ("entry %d of %s is %s"):format(i, at.label, kinds.describe(entry)),
            hint = wanted,
        }
        return nil
    end
    d.used = true
    if d.kind == "half" then
        errors.add { line = d.line, message = d.label .. " " .. d.lacks }
        return nil
    end
    return d
end

local function block(phase)
    return function(_, list, at)
        local steps = {}
        for i, entry in ipairs(list) do
            local d = entry_of(entry, i, at, "a block takes steps: sql, sync, hook, command, ...")
            if d and d.stands == "step" then
                steps[#steps + 1] = d
            elseif d then
                errors.add {
                    line = d.line,
                    message = ("%s cannot stand in %s"):format(d.label, at.label),
                    hint = d.stands == "check" and 'put it into a gate "name" { ... }'
                        or ("make it an entry of the plan itself, before or behind %s"):format(at.label),
                }
            end
        end
        if #list == 0 then
            errors.add {
                line = at.line,
                message = at.label .. " is empty",
                hint = "give it steps, or take it out",
            }
        end
        return { kind = "block", phase = phase, steps = steps }
    end
end

build.expand = block "expand"
build.contract = block "contract"

local function blocks_of(list, at)
    local blocks = {}
    for i, entry in ipairs(list) do
        local d = entry_of(entry, i, at, "a plan takes expand, backfill, gate and contract")
        if d and d.kind == "recipe" then
            table.move(d.blocks, 1, #d.blocks, #blocks + 1, blocks)
        elseif d and d.stands == "block" then
            blocks[#blocks + 1] = d
        elseif d then
            errors.add {
                line = d.line,
                message = ("%s stands outside a block"):format(d.label),
                hint = d.stands == "check" and 'put it into a gate "name" { ... }'
                    or "put it into expand { ... } or contract { ... }",
            }
        end
    end
    return blocks
end

-- Recipes name their steps by the bare name of a table: where two of them mean tables of two schemas, the one that
-- comes later names the schema.
local function id_in_plan(parts, d)
    local first = d.id and parts.taken[d.id]
    if first and first.schema and d.schema and first.schema ~= d.schema then
        return sync.short_id(("%s in %s"):format(d.id, (d.schema:gsub("%c", "?"))))
    end
    return d.id
end

-- One step of the plan: phase, unique id, and what depends on the steps before it.
local function add_step(parts, d, phase)
    if d.resolve then
        d:resolve(parts.active)
    end
    d.id = id_in_plan(parts, d)
    local first = d.id and parts.taken[d.id]
    if first then
        errors.add {
            line = d.line,
            message = ('two steps are named "%s"'):format(d.id),
            hint = ("the first is at line %d; the journal knows a step by its name"):format(first.line),
        }
    elseif d.id then
        parts.taken[d.id] = d
    end
    d.phase = phase
    parts.steps[#parts.steps + 1] = d
end

-- A description that stands for several steps.
local function unfold(parts, d, phase)
    local now, later = d:unfold(parts.active, parts.plan)
    for i, list in ipairs { now, later } do
        for _, step in ipairs(list) do
            step.line, step.label, step.why = d.line, d.label, d.why
            if i == 1 then
                add_step(parts, step, step.phase or phase)
            end
        end
    end
    table.move(later, 1, #later, #parts.later + 1, parts.later)
end

function build.plan(values, list, at, id)
    local parts = { plan = id or "", steps = {}, taken = {}, active = {}, later = {} }
    for _, d in ipairs(blocks_of(list, at)) do
        for _, step in ipairs(d.kind == "block" and d.steps or { d }) do
            local phase = d.kind == "block" and d.phase or d.kind
            if step.unfold then
                unfold(parts, step, phase)
            else
                add_step(parts, step, phase)
            end
        end
    end
    -- What is dropped late comes last, so that nothing else waits for it. Not the shortest time first: one
    -- that is changed later on must not change the order.
    for _, step in ipairs(parts.later) do
        add_step(parts, step, step.phase or "contract")
    end
    if #list == 0 then
        errors.add {
            line = at.line,
            message = at.label .. " has no steps",
            hint = "expand { ... }, backfill, gate, contract { ... }",
        }
    end
    for _, name in ipairs { "after", "alongside" } do
        for _, other in ipairs(values[name] or {}) do
            if other == id then
                errors.add {
                    line = at.line,
                    key = name,
                    message = ('"%s" of %s names the plan itself'):format(name, at.label),
                    hint = "it is for other plans",
                }
            end
        end
    end
    return locks.copy(values, {
        kind = "plan",
        id = id,
        steps = parts.steps,
        why = values.why,
        ticket = values.ticket,
        api = values.api,
        after = values.after,
        alongside = values.alongside,
        because = values.because,
        compat = values.compat,
    })
end

local function unused()
    for _, d in ipairs(made) do
        if not d.used then
            local half = d.kind == "half"
            errors.add {
                line = d.line,
                message = d.label .. " " .. (half and d.lacks or "is described, but is not part of the plan"),
                hint = not half and "put it where it belongs, or take it out" or nil,
            }
        end
    end
end

-- recipe.NAME { ... }: the blocks that it expands to, in the words of a plan.
local function with_recipe(def, words)
    return function(body)
        local at = { line = native.where(), label = ("recipe.%s {}"):format(def.name) }
        local before, blocks = #errors.list, {}
        local values = validate.body(def, body == nil and token.anything or body, at)
        if body == nil or not described then
            errors.add {
                line = at.line,
                message = body == nil and ("recipe.%s needs { ... }"):format(def.name)
                    or at.label .. " stands before its plan",
                hint = body ~= nil and 'write it into plan "name" { ... }' or nil,
            }
        end
        if #errors.list == before then
            local list, schema = recipe.expand(def, values, at, described, words)
            for i, block_ in ipairs(list) do
                local d = token.data(block_)
                for _, step in ipairs(d.kind == "block" and d.steps or { d }) do
                    step.schema = schema
                end
                blocks[i], d.used = d, true
            end
        end
        return new {
            kind = "recipe",
            stands = "block",
            name = def.name,
            label = at.label,
            line = at.line,
            blocks = blocks,
        }
    end
end

local function recipe_words(words)
    local known = {}
    for _, def in ipairs(recipes) do
        local make = with_recipe(def, words)
        known[def.name] = function(body)
            if state ~= "describing" then
                error(("recipe.%s describes a plan: a running hook cannot use it"):format(def.name), 0)
            end
            return make(body)
        end
    end
    return env.only("recipe", known)
end

--- What a plan file sees: every global of the environment that it runs in.
function dsl.environment()
    local words = { null = native.null }
    for _, def in ipairs(fields.constructors) do
        local make = def.id and with_id(def) or without_id(def)
        words[def.name] = function(...)
            if state ~= "describing" then
                error(("%s describes a plan: a running hook cannot use it"):format(def.name), 0)
            end
            return make(...)
        end
    end
    words.recipe = recipe_words(words)
    return env.new(words)
end

--- Takes what the plan file returned. Returns the plan's description, or nil when there are errors,
-- which are in errors.list.
function dsl.finish(value)
    local d = token.data(value)
    state = "finished"
    if d and d.kind == "plan" then
        d.used = true
        unused()
    elseif not token.is_anything(value) then
        local message
        if value == nil then
            message = "plan returned nothing: end it with return plan ..."
        elseif d and d.kind == "half" then
            message = d.label .. " " .. d.lacks
        else
            message = ("plan returned %s: end it with return plan ..."):format(d and d.label or kinds.describe(value))
        end
        errors.add { line = d and d.line or 0, message = message, hint = 'return plan "name" { api = 1, ... }' }
    end
    if #errors.list > 0 then
        return nil
    end
    return d
end

--- From here on functions of the plan run as hooks.
function dsl.execute()
    env.execute()
end

--- For tests, which evaluate many plans in one state.
function dsl.reset()
    state, made, described = "describing", {}, nil
    recipe.reset()
    errors.reset()
end

return dsl
