--- What recipes are made with: the description of a table, names, and the expansion.
--
-- A recipe (recipes/NAME.lua) is a constructor as in fields.lua, with `expand(v, use)`: v are its checked
-- fields, use is what this module gives it. It returns the blocks of a plan, in the plan's own words.
-- What it cannot do it reports with use.refuse() and returns {}.

local native = require "native"
local errors = require "errors"
local heirs = require "heirs"
local index_parts = require "index_parts"
local not_null = require "not_null"
local rights = require "rights"
local rows_in_way = require "rows_in_way"
local sync = require "sync"
local token = require "token"

local recipe = {}

local notes = {} -- what recipes keep of one another while a plan is evaluated

--- A name that PostgreSQL does not cut: the parts joined by "_", bounded by a hash of all of them.
function recipe.name(...)
    local text = table.concat({ ... }, "_")
    if #text <= 63 then
        return text
    end
    local bytes = 54
    while bytes > 0 and (text:byte(bytes + 1) & 0xC0) == 0x80 do
        bytes = bytes - 1 -- never inside of a UTF-8 character
    end
    return text:sub(1, bytes) .. "_" .. native.sha256(text):sub(1, 8)
end

--- Quoted names with ", " between.
function recipe.names(list)
    local quoted = {}
    for i, name in ipairs(list) do
        quoted[i] = native.quote_ident(name)
    end
    return table.concat(quoted, ", ")
end

--- Are these the same names in the same order?
function recipe.same(a, b)
    if #a ~= #b then
        return false
    end
    for i, name in ipairs(a) do
        if b[i] ~= name then
            return false
        end
    end
    return true
end

function recipe.contains(list, name)
    for _, other in ipairs(list or {}) do
        if other == name then
            return true
        end
    end
    return false
end

local Table = {}
Table.__index = Table

-- The column of that name (bare), or nil.
function Table:find(name)
    for _, column in ipairs(self.columns) do
        if column.name == name then
            return column
        end
    end
end

--- The column that the author names in a field; reported and nil when there is none.
function Table:column(text, field)
    local name = native.identifier(text)
    local column = self:find(name)
    if not column then
        local names = {}
        for i, other in ipairs(self.columns) do
            names[i] = other.name
        end
        local near = native.nearest(name, names)
        errors.add {
            line = self.use.at.line,
            key = field,
            message = ("table %s has no column %s"):format(self.relation, native.quote_ident(name)),
            hint = near and ('did you mean "%s"?'):format(near) or "columns: " .. table.concat(names, ", "),
        }
    end
    return column
end

--- Reports it when the table has a column, constraint or index of that (bare) name.
function Table:lacks(what, name, field)
    for _, other in ipairs(self[what]) do
        if other.name == name then
            local kind = ({ columns = "column", constraints = "constraint", indexes = "index" })[what]
            self.use.refuse(field, ("table %s has a %s %s already"):format(self.relation, kind,
                native.quote_ident(name)))
            return false
        end
    end
    return true
end

--- The constraint of that (bare) name, or nil.
function Table:constraint(name)
    for _, constraint in ipairs(self.constraints) do
        if constraint.name == name then
            return constraint
        end
    end
end

--- The search_path of a function that compares columns of these tables: `schema` (nil: none), and the schemas of types
--- that extensions made, where their operators are.
function Table:path(schema, other)
    local list = { "pg_catalog" }
    local function add(name)
        local quoted = native.quote_ident(name)
        if not recipe.contains(list, quoted) then
            list[#list + 1] = quoted
        end
    end
    if schema then
        add(schema)
    end
    for _, t in ipairs { self, other } do
        for _, c in ipairs(t.columns) do
            if c.type_in then
                add(c.type_in)
            end
        end
    end
    list[#list + 1] = "pg_temp"
    return table.concat(list, ", ")
end

--- The constraint that makes the column of that (bare) name NOT NULL, valid or not; nil before PostgreSQL 18.
function Table:not_null_of(name)
    for _, constraint in ipairs(self.constraints) do
        if constraint.type == "not null" and recipe.contains(constraint.columns, name) then
            return constraint
        end
    end
end

--- A NOT NULL of the column that holds for new rows only, as text for a list of obstacles.
function Table:unproven(name)
    local constraint = self:not_null_of(name)
    if constraint and not constraint.valid then
        return ("%s, which is NOT VALID"):format(native.quote_ident(constraint.name))
    end
end

--- Is it a table with rows, partitioned or not? Reported when it is not.
function Table:is_table()
    if self.kind ~= "table" and self.kind ~= "partitioned table" then
        self.use.refuse("table", ("%s is a %s"):format(self.relation, self.kind), "this recipe is for tables")
        return false
    end
    return true
end

--- Why its rows are not in it alone, or not its own, as text; nil when they are. may_be_partitioned: that is no reason.
function Table:family(may_be_partitioned)
    if self.partition_of then
        return "it is a partition of " .. self.partition_of
    elseif #self.children > 0 then
        return ("%s inherit%s from it"):format(table.concat(self.children, ", "), #self.children == 1 and "s" or "")
    elseif self.kind ~= "table" and not (may_be_partitioned and self.kind == "partitioned table") then
        return "it is a " .. self.kind
    end
end

function Table:index(name, field)
    for _, index in ipairs(self.indexes) do
        if index.name == name then
            return index
        end
    end
    self:refuse_unknown(field, "index", name, self.indexes)
end

--- No index or constraint of that name: the nearest of the list.
function Table:refuse_unknown(field, kind, name, list)
    local names = {}
    for i, other in ipairs(list) do
        names[i] = other.name
    end
    local near = native.nearest(name, names)
    self.use.refuse(field, ("table %s has no %s %s"):format(self.relation, kind, native.quote_ident(name)),
        near and ('did you mean "%s"?'):format(near))
end

function Table:in_primary_key(name)
    for _, constraint in ipairs(self.constraints) do
        if constraint.type == "primary key" and recipe.contains(constraint.columns, name) then
            return true
        end
    end
    return false
end

--- Does a whole index begin with these columns, in any order?
function Table:has_index_on(names)
    for _, index in ipairs(self.indexes) do
        local all = index.valid and not index.predicate and #index.keys >= #names
        for i = 1, all and #names or 0 do
            local found = false
            for _, name in ipairs(names) do
                found = found or index.keys[i] == native.quote_ident(name)
            end
            all = all and found
        end
        if all then
            return true
        end
    end
    return false
end

local function describe(use, text, field)
    local name, _, schema = native.split_name(text)
    local d = native.describe(use.plan, native.quote_qualified(schema, name))
    if d == false then
        return nil -- nobody can tell; the caller of the plan knows
    elseif not d then
        errors.add {
            line = use.at.line,
            key = field,
            message = ("there is no table %s"):format(native.quote_qualified(schema, name)),
            hint = "recipes read the catalog: is it the right database, and the right search_path?",
        }
        return nil
    end
    d.relation = native.quote_qualified(d.schema, d.name)
    d.use = use
    use.schema = use.schema or d.schema
    return setmetatable(d, Table)
end

-- The type, as in engine/catalog/describe.h.
local function describe_type(use, text, field)
    local name, _, schema = native.split_name(text)
    local shown = native.quote_qualified(schema, name)
    local d = native.describe(use.plan, "type " .. shown)
    if d == nil then
        errors.add {
            line = use.at.line,
            key = field,
            message = ("there is no type %s"):format(shown),
            hint = "recipes read the catalog: is it the right database, and the right search_path?",
        }
    end
    use.schema = use.schema or d and d.schema
    return d or nil
end

-- What several recipes do, as lists of steps; more of it in the files required above.
local parts = {}

--- A right on the relation, or on one (bare) column of it, as the description has it.
function parts.grant(use, relation, grant, column)
    return ("GRANT %s%s ON %s TO %s%s"):format(
        grant.privilege,
        column and (" (%s)"):format(use.quote(column)) or "",
        relation,
        grant.role and use.quote(grant.role) or "PUBLIC",
        grant.grantable and " WITH GRANT OPTION" or ""
    )
end

--- A sync of `from`, column c of the description. `default` is what its default is for `to`, which gets it when it is
--- the same whenever a statement asks.
function parts.sync(use, c, values, default)
    local alike = default and c.default_same
    if c.default and not alike and not c.not_null then
        values.why = ("until %s goes, an INSERT that says NULL of %s gets the default of %s: it cannot be told from "
            .. "one that leaves both out"):format(values.from, values.to, values.from)
    end
    local step = use.words.sync(values)
    local d = token.data(step)
    if alike then
        d.of.default = default
        d.up.text = sync.up_sql(d.of) .. "\n" .. sync.set_default(d.of, default)
        d.undo.text = sync.down_sql(d.of) .. "\n" .. sync.set_default(d.of, nil)
    end
    return step
end

--- A constraint that new rows keep at once, and that is then proven of the old ones, but for `unproven`. Without
--- `definition` it is there and is proven.
function parts.constraint(use, t, name, definition, unproven)
    local alter, quoted = ("ALTER TABLE %s "):format(t.relation), native.quote_ident(name)
    local steps = {}
    if definition then
        steps[1] = use.sql(
            use.id("%s: new rows", name),
            alter .. ("ADD CONSTRAINT %s %s NOT VALID"):format(quoted, definition),
            { undo = alter .. ("DROP CONSTRAINT %s"):format(quoted) }
        )
    end
    if not unproven then
        steps[#steps + 1] = use.sql(
            use.id("%s: all rows", name),
            alter .. ("VALIDATE CONSTRAINT %s"):format(quoted),
            { undo = "nothing" }
        )
    end
    return steps
end

--- Statements that give a column of another relation what ALTER TABLE and COMMENT say of this one, into `out`.
function parts.column_settings(use, relation, c, out)
    local column = ("ALTER TABLE %s ALTER COLUMN %s "):format(relation, use.quote(c.name))
    if c.storage then
        out[#out + 1] = column .. "SET STORAGE " .. c.storage:upper()
    end
    if c.statistics then
        out[#out + 1] = column .. ("SET STATISTICS %d"):format(c.statistics)
    end
    if c.options then
        out[#out + 1] = column .. ("SET (%s)"):format(table.concat(c.options, ", "))
    end
    if c.comment then
        out[#out + 1] = ("COMMENT ON COLUMN %s.%s IS %s"):format(relation, use.quote(c.name), use.literal(c.comment))
    end
end

--- Statements that give another relation the owner and the rights of table t, and nobody else any. The owner's own
--- stand in no grant.
function parts.privileges(use, t, relation)
    local list = { ("ALTER TABLE %s OWNER TO %s"):format(relation, native.quote_ident(t.owner)) }
    list[2] = rights.revoke(t, "table", relation)
    local function add(grants, column)
        for _, grant in ipairs(grants or {}) do
            list[#list + 1] = use.grant(relation, grant, column)
        end
    end
    add(t.grants)
    for _, column in ipairs(t.columns) do
        add(column.grants, column.name)
    end
    return list
end

--- The blocks that a recipe stands for, and the (bare) schema of what it names first.
function recipe.expand(def, values, at, plan, words)
    local use = {
        at = at,
        plan = plan,
        words = words,
        name = recipe.name,
        names = recipe.names,
        same = recipe.same,
        contains = recipe.contains,
        quote = native.quote_ident,
        literal = native.quote_literal,
        identifier = native.identifier,
    }
    --- A list that all recipes of the plan share under this name.
    function use.notes(name)
        notes[name] = notes[name] or {}
        return notes[name]
    end
    function use.refuse(field, message, hint)
        errors.add { line = at.line, key = field, message = ("%s: %s"):format(at.label, message), hint = hint }
    end
    --- The table that the author names in a field, or nil: then return {}.
    function use.table(text, field)
        return describe(use, text, field or "table")
    end
    --- The type that the author names in a field, or nil: then return {}.
    function use.type(text, field)
        return describe_type(use, text, field)
    end
    --- An id of at most 100 bytes.
    function use.id(text, ...)
        return sync.short_id(text:format(...))
    end
    --- The (bare) schema, or nil, and name that the author names in a field.
    function use.split(text)
        local name, _, schema = native.split_name(text)
        return schema, name
    end
    function use.qualified(schema, name)
        return native.quote_qualified(schema, name)
    end
    --- Is there a relation of this name?
    function use.exists(schema, name)
        return native.describe(plan, native.quote_qualified(schema, name)) ~= nil
    end
    for _, file in ipairs { parts, heirs, index_parts, not_null, rows_in_way } do
        for name, part in next, file do
            use[name] = function(...)
                return part(use, ...)
            end
        end
    end
    --- A step of SQL: id, text, options.
    function use.sql(id, text, options)
        local step = words.sql(id)(text)
        return options and step(options) or step
    end
    --- A step whose description gets more than a plan's author can say: resolve, requires, undo_unless.
    function use.more(step, more)
        local d = token.data(step)
        for key, value in next, more do
            d[key] = value
        end
        return step
    end
    --- A step that makes relations, on which nobody but their owner has more than the rights that are meant:
    --- { { name = , grants = } }.
    function use.only_for(step, relations)
        return use.more(step, { behind = rights.others(relations) })
    end
    return def.expand(values, use), use.schema
end

--- For tests, which evaluate many plans in one state.
function recipe.reset()
    notes = {}
end

return recipe
