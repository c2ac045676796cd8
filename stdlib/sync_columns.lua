--- The SQL behind sync_columns: sync of several columns at once.
--
-- One function sets them all, since triggers fire one after the other: two syncs of one old column would take what the
-- first wrote into it for a write of old code, and cut what new code wrote into the other new column.

local each = require "each"
local native = require "native"
local errors = require "errors"
local sync = require "sync"
local sync_needs = require "sync_needs"

local columns = {}

local function names_of(assignments)
    local names = {}
    for i, a in ipairs(assignments) do
        names[i] = native.identifier(a.column)
    end
    return names
end

local function contains(list, name)
    for _, other in ipairs(list) do
        if other == name then
            return true
        end
    end
    return false
end

-- What the expressions name, beside `names` themselves; reported when they name one of these.
local function read_by(assignments, names, field, at)
    local list, sound = {}, true
    for _, a in ipairs(assignments) do
        for _, column in ipairs(native.columns(a.expr.text)) do
            if contains(names, column) then
                errors.add {
                    line = at.line,
                    key = field,
                    message = ('"%s" of %s makes %s of %s, which it sets itself'):format(field, at.label, a.column,
                        column),
                    hint = "each side is made of the other one alone",
                }
                sound = false
            elseif not contains(list, column) then
                list[#list + 1] = column
            end
        end
    end
    return sound and list
end

local function set(s, row, assignments, indent)
    local lines = {}
    for i, a in ipairs(assignments) do
        local name = native.quote_ident(native.identifier(a.column))
        lines[i] = ("%s%s.%s := %s;"):format(indent, row, name, sync.of_row(s, a.expr, s.aliases or {}))
    end
    return table.concat(lines, "\n")
end

local function differs(a, b)
    local text = '%s.<c>::pg_catalog.text COLLATE pg_catalog."C"'
    return text:format(a) .. " IS DISTINCT FROM " .. text:format(b)
end

local template = [[

#variable_conflict use_column
DECLARE
    zdm_expected record; -- NEW as a write of the old columns would have left it
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF <none_given> THEN
<set_up>
            RETURN NEW;
        END IF;
    ELSIF NOT (<to_changed>) THEN
        IF <changed> THEN
<set_up>
        END IF;
        RETURN NEW;
    END IF;
    zdm_expected := NEW;
<expect_up>
    IF <unexpected> THEN
<set_down>
    END IF;
    RETURN NEW;
END
]]

local function body(s)
    local parts = {
        none_given = each(s.to, "NEW.<c> IS NULL", " AND "),
        set_up = set(s, "NEW", s.up, "            "),
        to_changed = each(s.to, differs("NEW", "OLD"), " OR "),
        changed = each(s.sources, differs("NEW", "OLD"), " OR "),
        expect_up = set(s, "zdm_expected", s.up, "    "),
        unexpected = each(s.to, differs("NEW", "zdm_expected"), " OR "),
        set_down = set(s, "NEW", s.down, "        "),
    }
    return (template:gsub("<([%w_]+)>", parts))
end

-- As sync does it: creating this function makes the server check names and types of all expressions.
local function check(s)
    local list = {}
    for _, assignments in ipairs { s.up, s.down } do
        for _, a in ipairs(assignments) do
            list[#list + 1] = ("%s = (\n%s\n)"):format(native.quote_ident(native.identifier(a.column)), a.expr.text)
        end
    end
    return ("UPDATE %s SET %s"):format(s.relation, table.concat(list, ", "))
end

-- Triggers that never fire, by whose names and arguments a sync finds the columns of another one: see sync_needs.lua.
local function markers(s)
    local list = {}
    for i, name in ipairs(s.columns) do
        local literal = native.quote_literal(name)
        list[i] = {
            name = ("zzz_zdm_sync_%s_%d"):format(s.hash, i),
            args = ("%s, %s, ''"):format(literal, literal),
        }
    end
    return list
end

local function up_sql(s)
    local marks = {}
    for i, marker in ipairs(markers(s)) do
        marks[i] = ([[

CREATE TRIGGER %s BEFORE UPDATE ON %s FOR EACH ROW WHEN (false)
EXECUTE FUNCTION %s(%s);]]):format(marker.name, s.relation, s.func, marker.args)
    end
    local expressions = {}
    for _, side in ipairs { s.up, s.down } do
        for _, a in ipairs(side) do
            expressions[#expressions + 1] = a.expr
        end
    end
    local parts = {
        settings = sync.settings(expressions),
        func = s.func,
        path = "pg_catalog, " .. native.quote_ident(s.schema or "public") .. ", pg_temp",
        check = sync.dollar_quote(check(s)),
        body = sync.dollar_quote(body(s)),
        comment = native.quote_literal(("zdm: keeps columns of %s in step: %s"):format(s.relation,
            table.concat(s.columns, ", "))),
        trigger = s.trigger,
        relation = s.relation,
        changed = each(s.sources, differs("NEW", "OLD"), "\n    OR "),
        marks = table.concat(marks),
    }
    -- The expressions of one whose columns have other names by now were checked when it began.
    local check_sql = s.aliases and "" or [[
CREATE FUNCTION <func>_check() RETURNS void
LANGUAGE sql SET search_path = <path>
AS <check>;
DROP FUNCTION <func>_check();
]]
    return ((check_sql .. [[
CREATE FUNCTION <func>() RETURNS trigger
LANGUAGE plpgsql SET search_path = <path><settings>
AS <body>;
COMMENT ON FUNCTION <func>() IS <comment>;
CREATE TRIGGER <trigger>_new BEFORE INSERT ON <relation> FOR EACH ROW
EXECUTE FUNCTION <func>();
CREATE TRIGGER <trigger> BEFORE UPDATE ON <relation> FOR EACH ROW
WHEN (pg_catalog.current_setting('zdm.sync', true) IS DISTINCT FROM 'off'
    OR <changed>)
EXECUTE FUNCTION <func>();<marks>]]):gsub("<([%w_]+)>", parts))
end

local function down_sql(s)
    local list = {}
    for i, marker in ipairs(markers(s)) do
        list[i] = ("DROP TRIGGER %s ON %s;"):format(marker.name, s.relation)
    end
    list[#list + 1] = ("DROP TRIGGER %s ON %s;\nDROP TRIGGER %s_new ON %s;\nDROP FUNCTION %s();"):format(
        s.trigger, s.relation, s.trigger, s.relation, s.func)
    return table.concat(list, "\n")
end

-- What must hold before it starts: as for a sync of each column with one of the other side.
local function requires(s, values)
    local list, known = {}, {}
    local function pair(from, to)
        local one = sync.resolve { table = values.table, from = native.quote_ident(from), to = native.quote_ident(to) }
        for _, require_ in ipairs(sync_needs.requires(one)) do
            if not known[require_.sql] then
                known[require_.sql] = true
                list[#list + 1] = require_
            end
        end
    end
    for _, to in ipairs(s.to) do
        pair(s.from[1], to)
    end
    for i = 2, #s.from do
        pair(s.from[i], s.to[1])
    end
    return list
end

-- For the way back: where the value of each new column is kept, as if it were a sync of its own. Of several old
-- columns each has to be what `down` makes of it.
local function kept(s, values)
    local first, condition = s.down[1], {}
    for i = 2, #s.down do
        condition[#condition + 1] = ("%s::pg_catalog.text IS NOT DISTINCT FROM (\n%s\n)::pg_catalog.text"):format(
            native.quote_ident(native.identifier(s.down[i].column)), s.down[i].expr.text)
    end
    local down = first.expr
    if #condition > 0 then
        down = {
            text = ("CASE WHEN %s THEN (\n%s\n) END"):format(table.concat(condition, " AND "), first.expr.text),
            line = first.expr.line,
        }
    end
    local chain
    for i = #s.up, 1, -1 do
        chain = {
            table = values.table,
            from = first.column,
            to = s.up[i].column,
            up = s.up[i].expr,
            down = down,
            next = chain,
        }
    end
    return chain
end

local function name_objects(s)
    s.hash = native.sha256(("%s\0%s\0%s"):format(s.schema or "", s.name, table.concat(s.columns, "\0"))):sub(1, 16)
    s.trigger, s.func = "zzz_zdm_syncs_" .. s.hash, "zdm.syncs_" .. s.hash
end

local function with_other(list, column, name)
    local other = {}
    for i, one in ipairs(list) do
        other[i] = one == column and name or one
    end
    return other
end

--- The same when its old column is named `name`, nil when it is none of these. What the author wrote goes on calling it
--- by the name that it had.
local function renamed(s, column, name)
    if not contains(s.from, column) then
        return nil
    end
    local other, aliases = {}, { [column] = name }
    for key, value in next, s do
        other[key] = value
    end
    for was, now in next, s.aliases or {} do
        aliases[was] = now
    end
    other.aliases = aliases
    for _, key in ipairs { "from", "sources", "columns" } do
        other[key] = with_other(s[key], column, name)
    end
    other.down, other.uses = {}, {}
    for i, a in ipairs(s.down) do
        local same = native.identifier(a.column) ~= column
        other.down[i] = same and a or { column = native.quote_ident(name), expr = a.expr }
    end
    for used in next, s.uses do
        other.uses[used == column and name or used] = true
    end
    name_objects(other)
    return other
end

--- s as target_of() has it, with all that is known before the plan is put together; nil when it was reported.
function columns.resolve(values, s, at)
    s.up, s.down = values.up, values.down
    s.to, s.from = names_of(s.up), names_of(s.down)
    for _, name in ipairs(s.to) do
        if contains(s.from, name) then
            errors.add {
                line = at.line,
                key = "down",
                message = ("%s has the column %s on both sides"):format(at.label, native.quote_ident(name)),
                hint = "up has the new columns, down the old ones",
            }
            return nil
        end
    end
    local up, down = read_by(s.up, s.to, "up", at), read_by(s.down, s.from, "down", at)
    if not up or not down then
        return nil
    end
    s.columns, s.uses, s.sources = {}, {}, {}
    table.move(s.from, 1, #s.from, 1, s.columns)
    table.move(s.to, 1, #s.to, #s.columns + 1, s.columns)
    table.move(s.from, 1, #s.from, 1, s.sources)
    for _, name in ipairs(up) do
        if not contains(s.from, name) and name ~= s.name then
            s.sources[#s.sources + 1] = name
        end
    end
    for _, list in ipairs { s.columns, up, down } do
        for _, name in ipairs(list) do
            s.uses[name] = true
        end
    end
    name_objects(s)
    s.shown = sync.short_id(("sync %s: %s <-> %s"):format(values.table, table.concat(s.from, ", "),
        table.concat(s.to, ", ")))
    s.requires, s.kept = requires(s, values), kept(s, values)
    s.up_sql, s.down_sql, s.renamed = up_sql, down_sql, renamed
    return s
end

return columns
