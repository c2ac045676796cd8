--- The SQL behind sync, unsync and drop_column.
--
-- One trigger for INSERT, one for UPDATE, and their function. The second leaves alone zdm's own
-- batches (they set zdm.sync) that write the new column only, which is most of them; a batch that
-- changes what the new column is made of fires it as any writer does. The function compares as text
-- in collation C, because types such as json have no equality and citext thinks that different
-- spellings are equal; and it compares with `up` of the row after the cast to the column's type, which
-- is what a write through the old column would have left.

local native = require "native"

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

return sync
