--- The SQL behind sync, unsync and drop_column.
--
-- One trigger for INSERT, one for UPDATE, and their function. The second leaves alone zdm's own
-- batches (they set zdm.sync) that write the new column only, which is most of them; a batch that
-- changes what the new column is made of fires it as any writer does. The function compares as text
-- in collation C, because types such as json have no equality and citext thinks that different
-- spellings are equal; and it compares with `up` of the row after the cast to the column's type, which
-- is what a write through the old column would have left.

local native = require "native"
local errors = require "errors"

local sync = {}

--- The first `bytes` bytes of a name, or one to three fewer.
function sync.trim(name, bytes)
    if #name <= bytes then
        return name
    end
    -- Never cut inside a UTF-8 character.
    while bytes > 0 and (name:byte(bytes + 1) & 0xC0) == 0x80 do
        bytes = bytes - 1
    end
    return name:sub(1, bytes)
end

--- An id of at most 100 bytes that stays different from the ids of other long names.
function sync.short_id(text)
    if #text <= 100 then
        return text
    end
    return sync.trim(text, 83) .. "~" .. native.sha256(text):sub(1, 16)
end

local function name_objects(s)
    local hash = native.sha256(("%s\0%s\0%s\0%s"):format(s.schema or "", s.name, s.from, s.to)):sub(1, 16)
    -- BEFORE triggers fire in the order of their names: zzz sees what the others changed.
    s.trigger = "zzz_zdm_sync_" .. hash
    s.func = "zdm.sync_" .. hash
end

--- The table and two columns behind the fields of a sync: names resolved as PostgreSQL does.
function sync.resolve(values)
    local name, _, schema = native.split_name(values.table)
    local s = { schema = schema, name = name, from = native.identifier(values.from), to = native.identifier(values.to) }
    s.relation = native.quote_qualified(schema, name)
    name_objects(s)
    s.up, s.down = values.up, values.down
    -- What `to` is made of; the table's own name is a whole row, which nothing looks into.
    s.sources, s.uses = { s.from }, { [s.from] = true, [s.to] = true }
    for _, column in ipairs(s.up and native.columns(s.up.text) or {}) do
        if not s.uses[column] and column ~= s.name then
            s.sources[#s.sources + 1] = column
        end
        s.uses[column] = true
    end
    for _, column in ipairs(s.down and native.columns(s.down.text) or {}) do
        s.uses[column] = true
    end
    return s
end

--- The same sync when its old column is named `name`; nil when it writes no such one. What the author wrote goes on
--- calling it `alias`.
function sync.renamed(s, was, name)
    if s.renamed then
        return s:renamed(was, name)
    elseif s.from ~= was then
        return nil
    end
    local other = { alias = s.alias or s.from, uses = {}, sources = {} }
    for key, value in next, s do
        other[key] = other[key] or value
    end
    other.from = name
    for column in next, s.uses do
        other.uses[column == s.from and name or column] = true
    end
    for i, column in ipairs(s.sources) do
        other.sources[i] = column == s.from and name or column
    end
    name_objects(other)
    return other
end

--- "users.email <-> email_address"
function sync.id(values)
    return sync.short_id(("sync %s.%s <-> %s"):format(values.table, values.from, values.to))
end

function sync.unsync_id(values)
    return sync.short_id(("unsync %s.%s <-> %s"):format(values.table, values.from, values.to))
end

--- "drop column users.email", "set aside users": what is done to which.
function sync.id_of(what, name)
    return sync.short_id(("%s %s"):format(what, name))
end

-- A dollar quote that does not occur in body.
function sync.dollar_quote(body)
    local tag, n = "$zdm$", 0
    while body:find(tag, 1, true) do
        n = n + 1
        tag = ("$zdm%d$"):format(n)
    end
    return tag .. body .. tag
end

--- The settings of a function that compares values as text, and whose body has these expressions, each { text }, nil or
--- false. They are those of zdm's own sessions (engine/pg/sql/profile.sql), whatever the application's are: the text of
--- two values that differ does, and an expression says of a row what it says in a batch. plpgsql also reads the body in
--- the session of the application, where a backslash may mean something else.
function sync.settings(list)
    local settings, computes = " SET extra_float_digits = 1 SET DateStyle = 'ISO'", ""
    for _, expr in next, list do
        if expr then
            computes = " SET IntervalStyle = 'postgres' SET bytea_output = 'hex'"
        end
    end
    for _, expr in next, list do
        if expr and expr.text:find("\\", 1, true) then
            return settings .. computes .. " SET standard_conforming_strings = on"
        end
    end
    return settings .. computes
end

--- expr in the columns of NEW. It stands on lines of its own, so that a comment at its end ends there; the row is named
--- as the table, so that users.email means the row's. aliases: name in expr -> name by now, of columns with another.
function sync.of_row(s, expr, aliases)
    local list = { "NEW.*" }
    -- What `names` leaves out.
    local whole = expr.text:lower():find("select", 1, true) or expr.text:find "%.%s*%*"
    local names = next(aliases) and native.columns(expr.text) or {}
    for _, name in ipairs(names) do
        whole = whole or name == s.name
    end
    if next(aliases) and not whole then
        -- One by one: the table may have another column of the old name by now.
        list = {}
        for i, name in ipairs(names) do
            list[i] = ("NEW.%s AS %s"):format(native.quote_ident(aliases[name] or name), native.quote_ident(name))
        end
    else
        for name, now in next, aliases do
            list[#list + 1] = ("NEW.%s AS %s"):format(native.quote_ident(now), native.quote_ident(name))
        end
        table.sort(list)
    end
    return ("(SELECT\n%s\n    FROM (SELECT %s) AS %s)"):format(expr.text, table.concat(list, ", "),
        native.quote_ident(s.name))
end

local function of_new(s, expr, column)
    if not expr then
        return "NEW." .. native.quote_ident(column)
    end
    return sync.of_row(s, expr, s.alias and { [s.alias] = s.from } or {})
end

local function text_of(row, column)
    return ('%s.%s::pg_catalog.text COLLATE pg_catalog."C"'):format(row, column)
end

-- Has anything changed that `to` is made of? As text, as everywhere.
local function sources_changed(s, separator)
    local list = {}
    for i, column in ipairs(s.sources) do
        local name = native.quote_ident(column)
        list[i] = text_of("NEW", name) .. " IS DISTINCT FROM " .. text_of("OLD", name)
    end
    return table.concat(list, separator)
end

local template = [[

#variable_conflict use_column
DECLARE
    zdm_expected record; -- NEW as a write through the old column would have left it
BEGIN
    IF TG_OP = 'INSERT' THEN
<left_out>
            NEW.<to> := <up>;
            RETURN NEW;
        END IF;
    ELSIF <new_to> IS NOT DISTINCT FROM <old_to> THEN
        IF <changed> THEN
            NEW.<to> := <up>;
        END IF;
        RETURN NEW;
    END IF;
    zdm_expected := NEW;
    zdm_expected.<to> := <up>;
    IF <new_to> IS DISTINCT FROM <expected_to> THEN
        NEW.<from> := <down>;
    END IF;
    RETURN NEW;
END
]]

-- An INSERT that does not name `to`: that leaves it NULL, or as `default` says. What both columns have by default then
-- is the same, so it is no matter which of them the others name.
local left_out = "        IF NEW.<to> IS NULL THEN"
local left_as_default = [[
        zdm_expected := NEW;
        zdm_expected.<to> := <default>;
        IF <new_to> IS NOT DISTINCT FROM <expected_to> THEN]]

local function function_body(s)
    local from, to = native.quote_ident(s.from), native.quote_ident(s.to)
    local parts = {
        from = from,
        to = to,
        up = of_new(s, s.up, s.from),
        down = of_new(s, s.down, s.to),
        new_to = text_of("NEW", to),
        old_to = text_of("OLD", to),
        changed = sources_changed(s, "\n            OR "),
        expected_to = text_of("zdm_expected", to),
        default = s.default,
    }
    parts.left_out = (s.default and left_as_default or left_out):gsub("<([%w_]+)>", parts)
    return (template:gsub("<([%w_]+)>", parts))
end

-- PostgreSQL looks into a plpgsql body only when it first runs, which would be a write of the
-- application. This function is never called: creating it makes the server check names and types of
-- both expressions under the same search_path.
local function check_body(s)
    if s.identity then -- GENERATED ALWAYS: an UPDATE may not name it, though a trigger may set it
        return ("INSERT INTO %s (%s, %s) OVERRIDING SYSTEM VALUE SELECT (\n%s\n), (\n%s\n) FROM %s"):format(
            s.relation,
            native.quote_ident(s.to),
            native.quote_ident(s.from),
            s.up and s.up.text or native.quote_ident(s.from),
            s.down and s.down.text or native.quote_ident(s.to),
            s.relation
        )
    end
    return ("UPDATE %s SET %s = (\n%s\n), %s = (\n%s\n)"):format(
        s.relation,
        native.quote_ident(s.to),
        s.up and s.up.text or native.quote_ident(s.from),
        native.quote_ident(s.from),
        s.down and s.down.text or native.quote_ident(s.to)
    )
end

--- The statements that start a sync; `s.default`: `to` has this one meanwhile, and `from` one that leads to the same
--- value. Of its kin (sync_columns, stop_writes) each knows its own.
function sync.up_sql(s)
    if s.up_sql then
        return s:up_sql()
    end
    local parts = {
        func = s.func,
        path = "pg_catalog, " .. native.quote_ident(s.schema or "public") .. ", pg_temp",
        check = sync.dollar_quote(check_body(s)),
        body = sync.dollar_quote(function_body(s)),
        settings = sync.settings { s.up, s.down, s.default and { text = s.default } },
        comment = native.quote_literal(("zdm: keeps %s and %s of %s equal"):format(s.from, s.to, s.relation)),
        trigger = s.trigger,
        relation = s.relation,
        changed = sources_changed(s, "\n    OR "),
        -- For those who look whether two syncs may live together: see requires().
        args = ("%s, %s, %s"):format(
            native.quote_literal(s.from),
            native.quote_literal(s.to),
            native.quote_literal(s.down and "down" or "")
        ),
    }
    -- The expressions of one that was renamed were checked when it began.
    local check = s.alias and "" or [[
CREATE FUNCTION <func>_check() RETURNS void
LANGUAGE sql SET search_path = <path>
AS <check>;
DROP FUNCTION <func>_check();
]]
    return ((check .. [[
CREATE FUNCTION <func>() RETURNS trigger
LANGUAGE plpgsql SET search_path = <path><settings>
AS <body>;
COMMENT ON FUNCTION <func>() IS <comment>;
CREATE TRIGGER <trigger>_new BEFORE INSERT ON <relation> FOR EACH ROW
EXECUTE FUNCTION <func>(<args>);
CREATE TRIGGER <trigger> BEFORE UPDATE ON <relation> FOR EACH ROW
WHEN (pg_catalog.current_setting('zdm.sync', true) IS DISTINCT FROM 'off'
    OR <changed>)
EXECUTE FUNCTION <func>(<args>);]]):gsub("<([%w_]+)>", parts))
end

--- The statement that gives `to` a default, or none.
function sync.set_default(s, default)
    return ("ALTER TABLE %s ALTER COLUMN %s %s;"):format(s.relation, native.quote_ident(s.to),
        default and "SET DEFAULT " .. default or "DROP DEFAULT")
end

--- The statements that end it.
function sync.down_sql(s)
    if s.down_sql then
        return s:down_sql()
    end
    return ("DROP TRIGGER %s ON %s;\nDROP TRIGGER %s_new ON %s;\nDROP FUNCTION %s();"):format(
        s.trigger,
        s.relation,
        s.trigger,
        s.relation,
        s.func
    )
end

-- BEFORE triggers fire once each, in the order of their names. So of two syncs that hand on each other's
-- column one comes too early; and of two copies of one column, the one that was not written does.
local conflict = "syncs that share a column undo or miss each other's writes"
local conflict_hint = "give both sides of each sync columns of their own; only `from` may be shared, "
    .. "and only when both syncs say how to put it together: down = ..."

-- What tgargs holds for a name.
local function as_argument(name)
    return ("pg_catalog.encode(pg_catalog.convert_to(%s, pg_catalog.getdatabaseencoding()), 'escape')"):format(
        native.quote_literal(name)
    )
end

local function alone(s)
    return {
        sql = (([[
SELECT pg_catalog.count(*) = 0
  FROM pg_catalog.pg_trigger AS g,
       pg_catalog.string_to_array(pg_catalog.encode(g.tgargs, 'escape'), '\000') AS a
 WHERE g.tgrelid = pg_catalog.to_regclass(<relation>)
   AND g.tgname LIKE 'zzz\_zdm\_sync\_%'
   AND g.tgname NOT IN (<trigger>, <trigger_new>)
   AND (a[2] IN (<from>, <to>) OR a[1] = <to> OR a[1] = <from> AND (<plain> OR a[3] = ''))]])
            :gsub("<([%w_]+)>", {
                relation = native.quote_literal(s.relation),
                trigger = native.quote_literal(s.trigger),
                trigger_new = native.quote_literal(s.trigger .. "_new"),
                from = as_argument(s.from),
                to = as_argument(s.to),
                plain = tostring(not s.down),
            })),
        message = ("another sync of %s has the column %s or %s: %s"):format(
            s.relation,
            native.quote_ident(s.from),
            native.quote_ident(s.to),
            conflict
        ),
        hint = conflict_hint,
    }
end

-- A trigger of the author that fires behind and sets one of the columns: the other side would not get that. Seen where
-- its function says it in plpgsql; of any other the gate sees that the sides differ.
local function nothing_sets_behind(s)
    local names = {}
    for i, column in ipairs { s.to, table.unpack(s.sources) } do
        names[i] = column:gsub("[^%w_\128-\255]", "\\%0")
    end
    local column = ("\\mnew\\s*\\.\\s*\"?(%s)\"?"):format(table.concat(names, "|"))
    return {
        sql = (([[
SELECT pg_catalog.count(*) = 0,
       pg_catalog.string_agg(pg_catalog.format('trigger %I of %s, function %s', g.tgname,
           g.tgrelid::pg_catalog.regclass, g.tgfoid::pg_catalog.regprocedure), ', ' ORDER BY g.tgname)
  FROM pg_catalog.pg_trigger AS g
  JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
  JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
 WHERE (g.tgrelid = pg_catalog.to_regclass(<relation>)
        OR g.tgrelid IN (SELECT f.relid
                           FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(<relation>)) AS f))
   AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
   AND g.tgtype & 67 = 3 -- BEFORE, FOR EACH ROW
   AND g.tgname > <trigger>
   AND p.pronamespace IS DISTINCT FROM pg_catalog.to_regnamespace('zdm')::pg_catalog.oid
   AND l.lanname = 'plpgsql'
   AND p.prosrc ~* <sets>]]):gsub("<([%w_]+)>", {
                relation = native.quote_literal(s.relation),
                trigger = native.quote_literal(s.trigger),
                sets = native.quote_literal(column .. "\\s*:=|(;|\\m(begin|then|else|loop|into|strict))\\s*" .. column
                    .. "\\s*(=|;|,|\\mfrom\\M)"),
            })),
        message = ("a trigger that fires behind the sync of %s and %s sets one of them: the other would not get that")
            :format(native.quote_ident(s.from), native.quote_ident(s.to)),
        hint = ("triggers fire in the order of their names: ALTER TRIGGER ... ON %s RENAME TO ..., to a name before "
            .. '"zzz"'):format(s.relation),
        early = true,
    }
end

--- What must hold before it starts; `made`: the step makes the column `to` itself.
function sync.requires(s, made)
    local where = ([[
SELECT pg_catalog.count(*) = 1
  FROM pg_catalog.pg_attribute AS a
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
 WHERE a.attrelid = pg_catalog.to_regclass(%s)
   AND a.attnum > 0
   AND a.attname = ]]):format(native.quote_literal(s.relation))
    local function exists(column, hint)
        return {
            sql = where .. native.quote_literal(column),
            message = ("table %s has no column %s"):format(s.relation, native.quote_ident(column)),
            hint = hint,
        }
    end
    local from, to = native.quote_ident(s.from), native.quote_ident(s.to)
    local list = {
        exists(s.from, "sync copies between two columns that exist: check the names of the table and the column"),
        {
            sql = where .. native.quote_literal(s.from) .. "\n   AND a.attgenerated = ''",
            message = ("column %s of %s is generated: sync cannot write it"):format(from, s.relation),
            hint = "compute the new column from the columns that this one is generated from",
        },
    }
    if not made then
        table.insert(
            list,
            2,
            exists(s.to, ("add it in a step before the sync: ALTER TABLE %s ADD COLUMN %s ..."):format(s.relation, to))
        )
        list[4] = {
            sql = where .. native.quote_literal(s.to)
                .. "\n   AND NOT a.atthasdef AND a.attidentity = '' AND t.typdefault IS NULL",
            message = ("column %s of %s has a default, or is generated or an identity"):format(to, s.relation),
            hint = ("an INSERT that does not name %s must leave it NULL: ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT")
                :format(to, s.relation, to),
        }
    end
    local others = {}
    for column in next, s.uses do
        others[#others + 1] = column ~= s.from and column ~= s.to and column or nil
    end
    table.sort(others)
    for _, column in ipairs(others) do
        list[#list + 1] = {
            sql = ([[
SELECT pg_catalog.count(*) = 0
  FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = pg_catalog.to_regclass(%s)
   AND a.attname = %s
   AND (a.attnum < 0 OR a.attgenerated <> '')]]):format(
                native.quote_literal(s.relation),
                native.quote_literal(column)
            ),
            message = ("column %s of %s is generated or of the system: a trigger does not see its value"):format(
                native.quote_ident(column),
                s.relation
            ),
            hint = "write what it is computed from into up and down",
        }
    end
    list[#list + 1] = alone(s)
    list[#list + 1] = nothing_sets_behind(s)
    if not s.schema then
        -- The trigger's search_path is pinned; it must lead to this table.
        list[#list + 1] = {
            sql = ("SELECT pg_catalog.to_regclass(%s) = pg_catalog.to_regclass(%s)"):format(
                native.quote_literal(s.relation),
                native.quote_literal(native.quote_qualified("public", s.name))
            ),
            message = ("table %s is not in the schema public"):format(s.relation),
            hint = ("write it with its schema: SCHEMA.%s"):format(s.relation),
        }
    end
    return list
end

local function same_table(a, b)
    return a.name == b.name and a.schema == b.schema
end

-- "users" and "public.users" may be one table; only the server knows.
local function maybe_same_table(a, b)
    return a.name == b.name and (a.schema == nil) ~= (b.schema == nil)
end

--- Those of a table.
function sync.of_table(active, s)
    local found = {}
    for _, other in ipairs(active) do
        if same_table(other, s) then
            found[#found + 1] = other
        end
    end
    return found
end

--- Which of the plan's syncs, in force so far, touch a column. Reports a table that is once written
-- with its schema and once without.
function sync.touching(active, at, s, column)
    local found = {}
    for _, other in ipairs(active) do
        if other.uses[column] then
            if same_table(other, s) then
                found[#found + 1] = other
            elseif maybe_same_table(other, s) then
                errors.add {
                    line = at.line,
                    key = "table",
                    message = ("%s writes the table as %s, the sync of %s as %s"):format(
                        at.label,
                        s.relation,
                        native.quote_ident(column),
                        other.relation
                    ),
                    hint = "write the name in the same way in both, so that the trigger goes with the column",
                }
            end
        end
    end
    return found
end

local function share_a_column(a, b)
    if not a.columns and not b.columns then
        return a.to == b.from or a.to == b.to or a.from == b.to or a.from == b.from and not (a.down and b.down)
    end
    for _, one in ipairs(a.columns or { a.from, a.to }) do
        for _, other in ipairs(b.columns or { b.from, b.to }) do
            if one == other then
                return true
            end
        end
    end
    return false
end

--- Reports a sync of the same table, in force so far, that cannot live beside this one.
function sync.check_beside(active, at, s)
    for _, other in ipairs(active) do
        if same_table(other, s) and share_a_column(other, s) then
            errors.add {
                line = at.line,
                message = ('%s shares a column with "%s": %s'):format(at.label, other.shown or sync.id {
                    table = other.relation,
                    from = native.quote_ident(other.from),
                    to = native.quote_ident(other.to),
                }, conflict),
                hint = conflict_hint,
            }
            return
        end
    end
end

return sync
