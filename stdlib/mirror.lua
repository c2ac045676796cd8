--- The triggers that write to one table what is written to another: a part of shadow.lua, which see.

local each = require "each"
local hanging = require "hanging"
local native = require "native"
local rights = require "rights"
local sync = require "sync"

local mirror = {}

--- The names of those of a table, into `s`: { t, columns, written (those that are not generated), fixed (which no
--- UPDATE may name) }.
function mirror.name(s)
    s.hash = native.sha256(s.t.relation):sub(1, 16)
    s.trigger = hanging.first_trigger(s.t) .. "zdm_mirror_" .. s.hash
end

-- Conditions for the deletion of a row of `other` by the key that `row` (NEW, OLD) has: nothing refers to it that would
-- go, too, or fail. By the end of a transaction deferred foreign keys may hold although rows that they refer to are
-- missing for now; and before foreign keys are followed any of them may be about to be. Then what refers to it stays,
-- and so does the row, until its key is written again. When it is not, the tables differ, which the gate sees.
-- `any`: whatever refers to it.
local function unless_referred(t, row, any)
    local before_keys, list = hanging.first_trigger(t) == " ", {}
    for _, r in ipairs(t.referenced_by) do
        local d = r.definition
        if r.table ~= t.relation and (any or before_keys
            or d:find " DEFERRABLE" and not d:find " NOT DEFERRABLE" and d:find " ON DELETE [CS]") then
            local same = {}
            for i, name in ipairs(r.columns) do
                same[i] = ("r.%s = %s.%s"):format(native.quote_ident(name), row, native.quote_ident(r.referenced[i]))
            end
            list[#list + 1] = (" AND NOT EXISTS (SELECT FROM %s AS r WHERE %s)"):format(r.table,
                table.concat(same, " AND "))
        end
    end
    return table.concat(list)
end

local function has_other_key(t)
    for _, index in ipairs(t.indexes) do
        if index.unique and not index.primary then
            return true
        end
    end
    return false
end

-- Rows of `other` that are in the way of the one that is written: they have what is another one's in the table by now,
-- for what was done to them has still to be mirrored. One whose key nobody has any more is this one; another one comes
-- back when its turn comes, and goes till then. Neither is touched while rows refer to it: these follow when its turn
-- comes, and would follow other rows if they had gone ahead.
local function clear(s, relation, other, key, all)
    local list, alone = {}, unless_referred(s.t, "o", "any")
    for _, index in ipairs(s.t.indexes) do
        local columns = table.concat(index.keys, ", ")
        if index.unique and not index.primary and not index.predicate
            and index.definition:find(" USING btree (" .. columns .. ")", 1, true) then
            local same = {}
            for i, quoted in ipairs(index.keys) do
                same[i] = ("o.%s = NEW.%s"):format(quoted, quoted)
            end
            local where = ("%s AND NOT (%s) AND NOT (%s)"):format(table.concat(same, " AND "),
                each(key, "o.<c> = NEW.<c>", " AND "), each(key, "o.<c> IS NOT DISTINCT FROM OLD.<c>", " AND "))
            local take_over = #s.fixed == 0 and ([[

        IF NOT EXISTS (SELECT FROM %s AS o WHERE %s) THEN
            UPDATE %s AS o SET %s
             WHERE %s AND NOT EXISTS (SELECT FROM %s AS t WHERE %s)%s;
            IF FOUND THEN
                RETURN NULL;
            END IF;
        END IF;]]):format(other, each(key, "o.<c> = NEW.<c>", " AND "), other, each(all, "<c> = NEW.<c>", ", "), where,
                relation, each(key, "t.<c> = o.<c>", " AND "), alone) or ""
            list[#list + 1] = ([[

    IF EXISTS (SELECT FROM %s AS o WHERE %s) THEN%s
        DELETE FROM %s AS o WHERE %s%s;
    END IF;]]):format(other, where, take_over, other, where, alone)
        end
    end
    return table.concat(list)
end

--- Statements that make them. They write to `other`, whose primary key is `key`, what is written to `relation`, whose
-- own is `own`.
--
-- Triggers fire when a statement has written all its rows, row by row. Where triggers of the author, or functions that
-- the statement calls, write to the same table, their rows are mirrored before those of the statement that come behind.
-- Nobody can tell that of functions beforehand: so what counts is how the table is by now, always. A key that nobody
-- has any more goes; the row of one that is there is what it is.
--
-- They fire for writers that play a replica, too: the apply workers of logical replication.
function mirror.up(s, relation, other, key, own, use)
    -- Byte for byte: a collation, or citext, may call different spellings equal.
    local set, all, changed = {}, {}, 'NEW.<c>::text COLLATE "C" IS DISTINCT FROM OLD.<c>::text COLLATE "C"'
    for _, name in ipairs(s.written) do
        if not use.contains(s.fixed, name) then
            all[#all + 1] = name
            if not use.contains(key, name) then
                set[#set + 1] = name
            end
        end
    end
    local old_key, new_key = each(key, "<c> = OLD.<c>", " AND "), each(key, "<c> = NEW.<c>", " AND ")
    local gone_key = old_key .. unless_referred(s.t, "OLD")
    local had = ("EXISTS (SELECT FROM %s AS t WHERE %s)"):format(relation, each(key, "t.<c> = OLD.<c>", " AND "))
    local there = ([[

        IF %s THEN -- put there again
            RETURN NULL;
        END IF;]]):format(had)
    local again = ([[

    SELECT t.* INTO NEW FROM %s AS t WHERE %s; -- as triggers and functions left it
    IF NOT FOUND THEN
        IF TG_OP = 'UPDATE' AND NOT %s THEN
            DELETE FROM %s WHERE %s;
        END IF;
        RETURN NULL;
    END IF;]]):format(relation, each(own, "t.<c> = NEW.<c>", " AND "), had, other, gone_key)
        .. clear(s, relation, other, key, all)
    -- With another unique index this one's row has to be out of the way before it is written by its new key,
    -- unless the row that has the old key by now is mirrored already.
    local settled = not has_other_key(s.t) and had or ("EXISTS (SELECT FROM %s AS t, %s AS o WHERE %s AND %s\n"
        .. "                AND ROW(%s)::text IS NOT DISTINCT FROM ROW(%s)::text)"):format(relation, other,
        each(key, "t.<c> = OLD.<c>", " AND "), each(key, "o.<c> = OLD.<c>", " AND "),
        each(s.columns, "t.<c>", ", "), each(s.columns, "o.<c>", ", "))
    local room = (" AND NOT %s\n                AND NOT EXISTS (SELECT FROM %s AS o WHERE %s)"):format(settled, other,
        each(key, "o.<c> = NEW.<c>", " AND "))
    local gone, first = ([[

            IF NOT %s THEN
                DELETE FROM %s WHERE %s; -- it is there by its new key
            END IF;]]):format(settled, other, gone_key), ""
    if gone_key ~= old_key then
        -- What refers to the old key goes over with the row, wherever that can be.
        first = ([[

            IF NOT %s AND EXISTS (SELECT FROM %s AS o WHERE %s) THEN
                DELETE FROM %s WHERE %s; -- another trigger has changed the row, and it is there by its new key
            END IF;]]):format(settled, other, each(key, "o.<c> = OLD.<c>", " AND "), other,
            new_key .. unless_referred(s.t, "NEW"))
    end
    -- Spelt anew, and still the same key: there is one row of it, here and there.
    first = ([[

            IF %s THEN
                UPDATE %s SET %s WHERE %s;
                IF FOUND THEN
                    RETURN NULL;
                END IF;
            END IF;]]):format(each(key, "NEW.<c> = OLD.<c>", " AND "), other, each(all, "<c> = NEW.<c>", ", "), new_key)
        .. first
    -- Not DELETE and INSERT: foreign keys to it would take that for a deletion, and delete rows of others.
    local move = #all == 0 and "" or ([[
        ELSIF %s THEN%s
            UPDATE %s SET %s WHERE %s%s;
            IF FOUND THEN
                RETURN NULL;
            END IF;%s]]):format(each(key, changed, "\n            OR "), first, other,
        each(all, "<c> = NEW.<c>", ", "), old_key, room, gone)
    local parts = {
        func = "zdm.mirror_" .. s.hash,
        revoke = rights.revoke(s.t, "function", "zdm.mirror_" .. s.hash .. "()"),
        path = s.t:path(s.t.schema),
        settings = sync.settings {},
        trigger = use.quote(s.trigger),
        trigger_all = use.quote(s.trigger .. "_all"),
        relation = relation,
        other = other,
        columns = use.names(s.written),
        values = each(s.written, "NEW.<c>", ", "),
        key = use.names(key),
        old_key = old_key,
        gone_key = gone_key,
        move = move,
        again = again,
        there = there,
        fixed_changed = #s.fixed == 0 and "false" or each(s.fixed, changed, "\n            OR "),
        conflict = #set == 0 and "DO NOTHING" or "DO UPDATE SET " .. each(set, "<c> = EXCLUDED.<c>", ", "),
        comment = use.literal(("zdm: writes to %s what is written to %s"):format(other, relation)),
    }
    return (([[
CREATE FUNCTION <func>() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = <path><settings>
AS $zdm$
#variable_conflict use_column
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        BEGIN
            TRUNCATE <other>;
        EXCEPTION WHEN feature_not_supported THEN -- tables that were truncated along refer to it
            DELETE FROM <other>;
        END;
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN<there>
        DELETE FROM <other> WHERE <old_key>;
        RETURN NULL;
    END IF;<again>
    IF TG_OP = 'UPDATE' THEN
        IF <fixed_changed> THEN -- UPDATE ... SET it = DEFAULT, which no UPDATE can say of the same value
            DELETE FROM <other> WHERE <gone_key>;
<move>
        END IF;
    END IF;
    INSERT INTO <other> (<columns>) OVERRIDING SYSTEM VALUE
    VALUES (<values>) ON CONFLICT (<key>) <conflict>;
    RETURN NULL;
END
$zdm$;
<revoke>;
COMMENT ON FUNCTION <func>() IS <comment>;
CREATE TRIGGER <trigger> AFTER INSERT OR UPDATE OR DELETE ON <relation> FOR EACH ROW EXECUTE FUNCTION <func>();
CREATE TRIGGER <trigger_all> AFTER TRUNCATE ON <relation> FOR EACH STATEMENT EXECUTE FUNCTION <func>();
ALTER TABLE <relation> ENABLE ALWAYS TRIGGER <trigger>;
ALTER TABLE ONLY <relation> ENABLE ALWAYS TRIGGER <trigger_all>]]):gsub(
        "<([%w_]+)>",
        parts
    ))
end

--- What the swap requires: since the rows were compared the triggers have gone on. Who takes one away for a while does
--- not bring it back as one that fires ALWAYS.
function mirror.fires(s, use)
    return {
        sql = {
            text = ([[
SELECT pg_catalog.count(*) = 2
  FROM pg_catalog.pg_trigger AS g
 WHERE g.tgrelid = %s::pg_catalog.regclass AND g.tgname IN (%s, %s) AND g.tgenabled = 'A']]):format(
                use.literal(s.t.relation), use.literal(s.trigger), use.literal(s.trigger .. "_all")),
            line = use.at.line,
        },
        message = ("the triggers that write to %s what is written to %s are not there, or do not fire always: rows may "
            .. "differ by now"):format(s.new, s.t.relation),
        hint = "take the plan back, and run it anew",
    }
end

--- Statements that take them away.
function mirror.down(s, relation)
    return ("DROP TRIGGER %s ON %s;\nDROP TRIGGER %s ON %s;\nDROP FUNCTION zdm.mirror_%s()"):format(
        native.quote_ident(s.trigger), relation, native.quote_ident(s.trigger .. "_all"), relation, s.hash)
end

return mirror
