--- The SQL that keeps columns of a table in step with those of another one: a part of move_columns.
--
-- What old code writes here gets there at once when the row is there, and at the end of the transaction when it is not:
-- new code that inserts into both tables finds no row in its way. What is written there gets here at once. Both look at
-- the rows as they are by then, and write only what differs, so that they do not call each other for ever.
--
-- The other table is old code's as well, which does not know the columns. So an INSERT there that leaves one out takes
-- what is here; it locks the row here first, as old code does. An INSERT of a row that is there already is left alone:
-- it fails, or becomes the UPDATE of its ON CONFLICT, whose EXCLUDED is what the application said.
--
-- Rows over there are old: until the copy comes to one it lacks the values. So an UPDATE there writes here what it
-- changes, and nothing else.
--
-- A row over there with another key is another row's from now on, and takes along what is here, when a statement says
-- so. What a trigger does (above all ON UPDATE CASCADE, behind which triggers fire at the depth of the statement, while
-- their WHEN is asked within it) is no write of the columns: at the end of the transaction the row gets what is here.

local each = require "each"
local leaving = require "leaving"
local native = require "native"
local rights = require "rights"
local sync = require "sync"

local rows = {}

local row_body = [[

#variable_conflict use_column
DECLARE
    zdm_row record; -- as it is by now
BEGIN
    SELECT <of_h> INTO zdm_row FROM <relation> AS h WHERE <h_at>;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE <into> AS t SET <set_t>
     WHERE <t_at> AND ROW(<of_t>)::text IS DISTINCT FROM ROW(<row_h>)::text;
    IF NOT FOUND AND <may_insert> AND (<given>) AND NOT EXISTS (SELECT FROM <into> AS t WHERE <t_at>) THEN
        INSERT INTO <into> AS t (<insert>)
        SELECT <select>
          FROM <relation> WHERE <own_at>
        ON CONFLICT (<keys_t>) DO UPDATE SET <set_t>
         WHERE ROW(<of_t>)::text IS DISTINCT FROM ROW(<row_h>)::text;
    END IF;
END
]]

local from_body = [[

#variable_conflict use_column
DECLARE
    zdm_row record; -- as it is by now
    zdm_here record; -- what is here of the row that it was
BEGIN
    IF TG_OP <> 'DELETE' THEN
        SELECT <of_t> INTO zdm_row FROM <into> AS t WHERE <t_new>;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        UPDATE <relation> AS h SET <set_h>
         WHERE <h_new> AND ROW(<of_h>)::text IS DISTINCT FROM ROW(<row_t>)::text;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE <relation> AS h SET <set_null>
         WHERE <h_old> AND NOT EXISTS (SELECT FROM <into> AS t WHERE <t_old>)
           AND ROW(<of_h>)::text IS DISTINCT FROM ROW(<nulls>)::text;
    ELSIF ROW(<old_key>)::text IS NOT DISTINCT FROM ROW(<new_key>)::text THEN
        UPDATE <relation> AS h SET <set_changed>
         WHERE <h_new> AND ROW(<of_h>)::text IS DISTINCT FROM ROW(<if_changed>)::text;
    ELSIF EXISTS (SELECT FROM <relation> AS h WHERE <h_new>) THEN
        SELECT <of_h> INTO zdm_here FROM <relation> AS h WHERE <h_old> FOR NO KEY UPDATE;
        IF FOUND THEN
            UPDATE <relation> AS h SET <set_null>
             WHERE <h_old> AND ROW(<of_h>)::text IS DISTINCT FROM ROW(<nulls>)::text;
            UPDATE <relation> AS h SET <set_moved>
             WHERE <h_new> AND ROW(<of_h>)::text IS DISTINCT FROM ROW(<if_moved>)::text;
        ELSE
            UPDATE <relation> AS h SET <set_h>
             WHERE <h_new> AND ROW(<of_h>)::text IS DISTINCT FROM ROW(<row_t>)::text;
        END IF;
    END IF;
    RETURN NULL;
END
]]

local take_body = [[

#variable_conflict use_column
DECLARE
    zdm_row record;
BEGIN
    IF EXISTS (SELECT FROM <into> AS t WHERE <t_new>) THEN
        RETURN NEW;
    END IF;
    SELECT <of_h> INTO zdm_row FROM <relation> AS h WHERE <h_new> FOR NO KEY UPDATE;
    IF FOUND THEN
<take>
    END IF;
    RETURN NEW;
END
]]

local back_body = [[

#variable_conflict use_column
DECLARE
    zdm_row record;
BEGIN
    IF EXISTS (SELECT FROM <relation> AS h WHERE <h_is_new>) THEN
        RETURN NEW;
    END IF;
    SELECT <of_t> INTO zdm_row FROM <into> AS t WHERE <t_is_new> FOR NO KEY UPDATE;
    IF FOUND THEN
<take_back>
    END IF;
    RETURN NEW;
END
]]

local to_body = [[

#variable_conflict use_column
BEGIN
<late>    PERFORM <func>_row(<new_h>, TG_NARGS = 0);
    RETURN NULL;
END
]]

-- Where a row over there may come before its row here, it may also have been committed since <func>_back() looked.
local late = [[
    IF TG_OP = 'INSERT' THEN
        UPDATE <relation> AS h SET <set_late> FROM <into> AS t
         WHERE <h_is_new> AND <t_is_new> AND ROW(<of_h>)::text IS DISTINCT FROM ROW(<if_late>)::text;
    END IF;
]]

local functions = [[
CREATE FUNCTION <func>_row(<types>, boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = <path><computes>
AS <row>;
<revoke_row>;
COMMENT ON FUNCTION <func>_row(<types>, boolean) IS <is_row>;
CREATE FUNCTION <func>_to() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = <path><computes>
AS <to_fn>;
<revoke_to>;
COMMENT ON FUNCTION <func>_to() IS <is_row>;
CREATE FUNCTION <func>_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = <path>
AS $zdm$
BEGIN
    PERFORM FROM <relation> AS h WHERE <h_old> OR <h_new> FOR SHARE;
    PERFORM <func>_row(<old_key>, true);
    PERFORM <func>_row(<new_key>, true);
    RETURN NULL;
END
$zdm$;
<revoke_end>;
COMMENT ON FUNCTION <func>_end() IS <is_row>;
CREATE FUNCTION <func>_from() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = <path><settings>
AS <from>;
<revoke_from>;
COMMENT ON FUNCTION <func>_from() IS <is_from>;
CREATE FUNCTION <func>_take() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = <path><computes>
AS <take_fn>;
<revoke_take>;
COMMENT ON FUNCTION <func>_take() IS <is_take>;
]]

local triggers = [[
CREATE TABLE <func> (<columns>);
CREATE FUNCTION <func>_copy() RETURNS trigger
LANGUAGE plpgsql SET search_path = <path>
AS $zdm$
BEGIN
    PERFORM <func>_row(<new_key>, true);
    RETURN NULL; -- none is kept here
END
$zdm$;
COMMENT ON TABLE <func> IS <is_copy>;
CREATE TRIGGER <trigger> BEFORE INSERT ON <func> FOR EACH ROW EXECUTE FUNCTION <func>_copy();
CREATE TRIGGER <trigger>_take BEFORE INSERT ON <into> FOR EACH ROW EXECUTE FUNCTION <func>_take();
CREATE TRIGGER <trigger> AFTER INSERT OR DELETE ON <into> FOR EACH ROW EXECUTE FUNCTION <func>_from();
CREATE TRIGGER <trigger>_set AFTER UPDATE ON <into> FOR EACH ROW
WHEN (NOT (<key_changed>) AND <there_changed>)
EXECUTE FUNCTION <func>_from();
CREATE TRIGGER <trigger>_key AFTER UPDATE ON <into> FOR EACH ROW
WHEN (pg_catalog.pg_trigger_depth() = 0 AND <key_changed>)
EXECUTE FUNCTION <func>_from();
CREATE CONSTRAINT TRIGGER <trigger>_end AFTER UPDATE ON <into> DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (<key_changed>)
EXECUTE FUNCTION <func>_end();
<create_back>CREATE CONSTRAINT TRIGGER <trigger>_new AFTER INSERT ON <relation> DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION <func>_to();
CREATE TRIGGER <trigger>_set AFTER UPDATE ON <relation> FOR EACH ROW
WHEN (pg_catalog.pg_trigger_depth() = 0 AND <here_changed>)
EXECUTE FUNCTION <func>_to('rows that are there');
CREATE CONSTRAINT TRIGGER <trigger> AFTER UPDATE ON <relation> DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (<any_changed>)
EXECUTE FUNCTION <func>_to()]]

-- Where a row over there may come before its row here.
local create_back = [[
CREATE FUNCTION <func>_back() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = <path><computes>
AS <back_fn>;
<revoke_back>;
COMMENT ON FUNCTION <func>_back() IS <is_back>;
CREATE TRIGGER <trigger>_back BEFORE INSERT ON <relation> FOR EACH ROW EXECUTE FUNCTION <func>_back();
]]

local drop = [[
DROP TRIGGER <trigger>_take ON <into>;
DROP TRIGGER <trigger> ON <into>;
DROP TRIGGER <trigger>_set ON <into>;
DROP TRIGGER <trigger>_key ON <into>;
DROP TRIGGER <trigger>_end ON <into>;
DROP TRIGGER <trigger> ON <relation>;
DROP TRIGGER <trigger>_set ON <relation>;
DROP TRIGGER <trigger>_new ON <relation>;
<drop_back>DROP TABLE <func>;
DROP FUNCTION <func>_copy();
DROP FUNCTION <func>_take();
DROP FUNCTION <func>_from();
DROP FUNCTION <func>_end();
DROP FUNCTION <func>_to();
DROP FUNCTION <func>_row(<types>, boolean)]]

local drop_back = [[
DROP TRIGGER <trigger>_back ON <relation>;
DROP FUNCTION <func>_back();
]]

local function fill(template, parts)
    return (template:gsub("<([%w_]+)>", parts))
end

local function as_text(value)
    return value .. '::pg_catalog.text COLLATE pg_catalog."C"'
end

-- Was the column left out, as far as that can be seen?
local function left_out(column, move)
    if not move.same_default then
        return column .. " IS NULL"
    end
    return as_text(column) .. " IS NOT DISTINCT FROM "
        .. as_text(("(%s)::%s"):format(move.c.default, move.c.type))
end

-- For each column that was left out: what the other side has. On the way back, and for a column that was NOT NULL, NULL
-- is no value: there is no row with one by then.
local function taken(s, to, from, use)
    local lines = {}
    for i, move in ipairs(s.moved) do
        local column, value = use.quote(move[to]), "zdm_row." .. use.quote(move[from])
        local not_null = (to == "here" or move.c.not_null) and (" AND %s IS NOT NULL"):format(value) or ""
        lines[i] = ("        IF %s%s THEN\n            NEW.%s := %s;\n        END IF;"):format(
            left_out("NEW." .. column, move), not_null, column, value)
    end
    return table.concat(lines, "\n")
end

-- The columns of an INSERT over there, and where they come from; each author's expression has lines of its own.
function rows.insert(s, use)
    local names, values = {}, {}
    local own = use.quote(s.t.name) .. "."
    for _, list in ipairs { s.keys, s.moved } do
        for _, pair in ipairs(list) do
            names[#names + 1], values[#values + 1] = use.quote(pair.there), own .. use.quote(pair.here)
        end
    end
    for _, entry in ipairs(s.fill) do
        names[#names + 1], values[#values + 1] = use.quote(entry.name), ("(\n%s\n)"):format(entry.expr.text)
    end
    return table.concat(names, ", "), table.concat(values, ", ")
end

-- "h.id = $1 AND ...": each key column `side` of the row is that of `other`, a row; nil: the parameters.
local function keys_are(s, row, side, other, other_side)
    local list = {}
    for i, pair in ipairs(s.keys) do
        list[i] = ("%s.%s = "):format(row, native.quote_ident(pair[side]))
            .. (other and other .. "." .. native.quote_ident(pair[other_side]) or "$" .. i)
    end
    return table.concat(list, " AND ")
end

--- Has a row over there, called `there`, the key of one here, called `here`?
function rows.same_key(s, there, here)
    return keys_are(s, there, "there", here, "here")
end

--- Has a row here one of the values? before: "row." or nothing.
function rows.given(s, before)
    return each(leaving.names(s.moved, "here"), before .. "<c> IS NOT NULL", " OR ")
end

-- What an UPDATE over there says, and of a column that it leaves alone what the row `else_` has: the copy may not have
-- come to it yet.
local function changed(s, before, else_)
    local list = {}
    for i, pair in ipairs(s.moved) do
        local there = native.quote_ident(pair.there)
        local which = ("CASE WHEN %s IS DISTINCT FROM %s THEN zdm_row.%s ELSE %s.%s END"):format(
            as_text("OLD." .. there), as_text("NEW." .. there), there, else_, native.quote_ident(pair.here))
        list[i] = leaving.each({ pair }, before, "") .. which
    end
    return table.concat(list, ", ")
end

-- What a row here has by then, and of a column that was left out what is over there.
local function late_values(s, before)
    local list = {}
    for i, pair in ipairs(s.moved) do
        local here, there = "h." .. native.quote_ident(pair.here), "t." .. native.quote_ident(pair.there)
        list[i] = leaving.each({ pair }, before, "") .. ("CASE WHEN %s AND %s IS NOT NULL THEN %s ELSE %s END"):format(
            left_out(here, pair), there, there, here)
    end
    return table.concat(list, ", ")
end

local function parts_of(s, use)
    local here, there = leaving.names(s.moved, "here"), leaving.names(s.moved, "there")
    local key_here, key_there = leaving.names(s.keys, "here"), leaving.names(s.keys, "there")
    local columns, exprs = {}, {}
    for i, pair in ipairs(s.keys) do
        columns[i] = use.quote(pair.there) .. " " .. s.d:find(pair.there).type
    end
    for i, entry in ipairs(s.fill) do
        exprs[i] = entry.expr
    end
    for _, move in ipairs(s.moved) do
        exprs[#exprs + 1] = move.same_default and { text = move.c.default } or nil
    end
    local func = "zdm.move_" .. s.hash
    local insert, select_ = rows.insert(s, use)
    local parts = {
        func = func,
        trigger = s.trigger,
        relation = s.relation,
        into = s.into,
        types = s.types,
        columns = table.concat(columns, ", "),
        path = s.t:path(s.t.schema, s.d),
        settings = sync.settings {},
        computes = sync.settings(exprs),
        insert = insert,
        select = select_,
        own_at = keys_are(s, use.quote(s.t.name), "here"),
        may_insert = "$" .. #s.keys + 1,
        given = rows.given(s, "zdm_row."),
        keys_t = use.names(key_there),
        of_h = each(here, "h.<c>", ", "),
        of_t = each(there, "t.<c>", ", "),
        row_h = each(here, "zdm_row.<c>", ", "),
        row_t = each(there, "zdm_row.<c>", ", "),
        set_t = leaving.each(s.moved, "<t> = zdm_row.<h>", ", "),
        set_h = leaving.each(s.moved, "<h> = zdm_row.<t>", ", "),
        set_changed = changed(s, "<h> = ", "h"),
        if_changed = changed(s, "", "h"),
        set_moved = changed(s, "<h> = ", "zdm_here"),
        if_moved = changed(s, "", "zdm_here"),
        set_null = each(here, "<c> = NULL", ", "),
        nulls = each(here, "NULL", ", "),
        h_at = keys_are(s, "h", "here"),
        t_at = keys_are(s, "t", "there"),
        h_new = keys_are(s, "h", "here", "NEW", "there"),
        h_old = keys_are(s, "h", "here", "OLD", "there"),
        t_new = keys_are(s, "t", "there", "NEW", "there"),
        t_old = keys_are(s, "t", "there", "OLD", "there"),
        h_is_new = keys_are(s, "h", "here", "NEW", "here"),
        t_is_new = keys_are(s, "t", "there", "NEW", "here"),
        new_key = each(key_there, "NEW.<c>", ", "),
        old_key = each(key_there, "OLD.<c>", ", "),
        new_h = each(key_here, "NEW.<c>", ", "),
        key_changed = leaving.changed(key_there),
        there_changed = leaving.changed(there),
        here_changed = leaving.changed(here),
        any_changed = leaving.changed(table.move(here, 1, #here, #key_here + 1, { table.unpack(key_here) })),
        take = taken(s, "there", "here", use),
        take_back = taken(s, "here", "there", use),
        is_row = use.literal(("zdm: writes to %s what is written to %s"):format(s.into, s.relation)),
        is_from = use.literal(("zdm: writes to %s what is written to %s"):format(s.relation, s.into)),
        is_take = use.literal(("zdm: what an INSERT into %s leaves out is what %s has"):format(s.into, s.relation)),
        is_back = use.literal(("zdm: what an INSERT into %s leaves out is what %s has"):format(s.relation, s.into)),
        is_copy = use.literal(("zdm: each row that is copied from %s to %s passes here"):format(s.relation, s.into)),
    }
    for _, name in ipairs { "to", "end", "from", "take", "back" } do
        parts["revoke_" .. name] = rights.revoke(s.t, "function", ("%s_%s()"):format(func, name))
    end
    parts.revoke_row = rights.revoke(s.t, "function", ("%s_row(%s, boolean)"):format(func, s.types))
    parts.set_late, parts.if_late = late_values(s, "<h> = "), late_values(s, "")
    parts.late = s.tied and "" or fill(late, parts)
    local bodies = { to_fn = to_body, row = row_body, from = from_body, take_fn = take_body, back_fn = back_body }
    for name, body in next, bodies do
        parts[name] = sync.dollar_quote(fill(body, parts))
    end
    parts.create_back = s.tied and "" or fill(create_back, parts)
    parts.drop_back = s.tied and "" or fill(drop_back, parts)
    return parts
end

--- Statements that begin it, statements that end it, and the name of the table through which rows are copied.
function rows.triggers(s, use)
    local parts = parts_of(s, use)
    return fill(functions, parts) .. fill(triggers, parts), fill(drop, parts), parts.func
end

return rows
