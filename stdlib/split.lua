--- The blocks of split_table: another table, in step with the first.
--
-- A row that the second table lacks gets there by deferred constraint triggers, which look at the row as it is at the
-- end of the transaction: new code that inserts into both tables finds no row in its way. One that it has is written at
-- once, so that unique values can be handed on from row to row; and so is the first by the second. Either side writes
-- only what differs, so that the two do not call each other for ever. In the second a new key, which ON UPDATE CASCADE
-- hands on, is no write of the columns: they may not have got there yet. In the first it is one: who was waiting for
-- the end of the transaction looks for the key that the row had.

local each = require "each"
local leaving = require "leaving"
local native = require "native"
local published = require "published"
local rights = require "rights"
local sync = require "sync"

local split = {}

local function key_of(t)
    for _, k in ipairs(t.constraints) do
        if k.type == "primary key" then
            return k.columns
        end
    end
end

--- Can the table have another one beside it? Reported when it cannot.
function split.possible(t, into, use)
    if not t:is_table() then
        return false
    elseif t:family() then
        use.refuse("table", t:family())
    elseif t.row_security then
        use.refuse("table", leaving.row_security(t, "the new table's"),
            "write the steps yourself: the new table with ROW LEVEL SECURITY and policies of its own comes first")
    elseif not key_of(t) then
        use.refuse("table", ("%s has no primary key, by which rows could be told apart"):format(t.relation))
    elseif use.exists(t.schema, into) then
        use.refuse("into", ("%s exists already"):format(use.qualified(t.schema, into)))
    else
        for _, publication in ipairs(t.publications or {}) do
            if not publication.whole then
                use.refuse("table", ("publication %s: a subscriber needs the new table first"):format(publication.name),
                    "take the table out of the publication, and put both in again")
                return false
            end
        end
        return true
    end
    return false
end

local function column_sql(t, name, moves, use)
    local c = t:find(name)
    return "    " .. use.quote(name) .. " " .. c.type
        .. (c.compression and " COMPRESSION " .. c.compression or "")
        .. (c.collation and " COLLATE " .. c.collation or "")
        .. (moves and c.default and " DEFAULT " .. c.default or "")
        .. (c.not_null and " NOT NULL" or "")
end

-- The new table with all that it needs: while it is empty that takes an instant.
local function create(s, moved, use)
    local t, columns, out = s.t, {}, {}
    for i, name in ipairs(s.all) do
        columns[i] = column_sql(t, name, i > #s.key, use)
    end
    columns[#columns + 1] = ("    PRIMARY KEY (%s)"):format(use.names(s.key))
    columns[#columns + 1] = ([[
    CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (%s) ON DELETE CASCADE ON UPDATE CASCADE]]):format(
        use.quote(use.name(s.name, t.name, "fkey")), use.names(s.key), t.relation, use.names(s.key))
    out[1] = ("CREATE TABLE %s (\n%s\n)%s"):format(s.into, table.concat(columns, ",\n"),
        t.tablespace and " TABLESPACE " .. use.quote(t.tablespace) or "")
    local alter = ("ALTER TABLE %s "):format(s.into)
    for _, k in ipairs(moved.constraints) do
        local name = use.quote(use.name(s.name, k.name))
        out[#out + 1] = alter .. ("ADD CONSTRAINT %s %s%s"):format(name, k.definition:gsub(" NOT VALID$", ""),
            k.index and use.stored(t, k) or "")
        if k.comment then
            out[#out + 1] = ("COMMENT ON CONSTRAINT %s ON %s IS %s"):format(name, s.into, use.literal(k.comment))
        end
    end
    for _, index in ipairs(moved.indexes) do
        local name = use.name(s.name, index.name)
        out[#out + 1] = use.index_like(t, index, name, s.into)
        use.index_remarks(t, index, name, out)
    end
    for _, c in ipairs(s.columns) do
        use.column_settings(s.into, c, out)
    end
    out[#out + 1] = alter .. "OWNER TO " .. use.quote(t.owner)
    out[#out + 1] = rights.revoke(t, "table", s.into)
    for _, grant in ipairs(t.grants) do
        out[#out + 1] = use.grant(s.into, grant)
    end
    for _, c in ipairs(s.columns) do
        for _, grant in ipairs(c.grants or {}) do
            out[#out + 1] = use.grant(s.into, grant, c.name)
        end
    end
    return table.concat(out, ";\n")
end

local function triggers(s, use)
    local parts = {
        func = "zdm.split_" .. s.hash,
        revoke_to = rights.revoke(s.t, "function", "zdm.split_" .. s.hash .. "_to()"),
        revoke_from = rights.revoke(s.t, "function", "zdm.split_" .. s.hash .. "_from()"),
        path = s.t:path(s.t.schema),
        settings = sync.settings {},
        relation = s.t.relation,
        into = s.into,
        trigger = "zzz_zdm_split_" .. s.hash,
        columns = each(s.moved, "<c>", ", "),
        all = each(s.all, "<c>", ", "),
        here = each(s.moved, "t.<c>", ", "),
        new = each(s.moved, "NEW.<c>", ", "),
        changed = leaving.changed(s.moved),
        any_changed = leaving.changed(s.all),
        row = each(s.moved, "zdm_row.<c>", ", "),
        all_of_row = each(s.key, "NEW.<c>", ", ") .. ", " .. each(s.moved, "zdm_row.<c>", ", "),
        set_row = each(s.moved, "<c> = zdm_row.<c>", ", "),
        keys = use.names(s.key),
        set_new = each(s.moved, "<c> = NEW.<c>", ", "),
        set_null = each(s.moved, "<c> = NULL", ", "),
        nulls = each(s.moved, "NULL", ", "),
        key = each(s.key, "t.<c> = NEW.<c>", " AND "),
        old_key = each(s.key, "t.<c> = OLD.<c>", " AND "),
        given = "(" .. each(s.moved, "zdm_row.<c> IS NOT NULL", " OR ") .. ")"
            .. each(s.required, " AND zdm_row.<c> IS NOT NULL", ""),
        is_new = use.literal(("zdm: writes to %s what is written to %s"):format(s.into, s.t.relation)),
        is_old = use.literal(("zdm: writes to %s what is written to %s"):format(s.t.relation, s.into)),
    }
    return (([[
CREATE FUNCTION <func>_to() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = <path><settings>
AS $zdm$
#variable_conflict use_column
DECLARE
    zdm_row record; -- as it is by now
BEGIN
    SELECT <here> INTO zdm_row FROM <relation> AS t WHERE <key>;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE <into> AS t SET <set_row>
     WHERE <key> AND ROW(<here>)::text IS DISTINCT FROM ROW(<row>)::text;
    IF NOT FOUND AND TG_NARGS = 0 AND <given> THEN
        INSERT INTO <into> AS t (<all>) VALUES (<all_of_row>) ON CONFLICT (<keys>) DO UPDATE SET <set_row>
         WHERE ROW(<here>)::text IS DISTINCT FROM ROW(<row>)::text;
    END IF;
    RETURN NULL;
END
$zdm$;
<revoke_to>;
COMMENT ON FUNCTION <func>_to() IS <is_new>;
CREATE FUNCTION <func>_from() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = <path><settings>
AS $zdm$
#variable_conflict use_column
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE <relation> AS t SET <set_null>
         WHERE <old_key> AND ROW(<here>)::text IS DISTINCT FROM ROW(<nulls>)::text;
    ELSE
        UPDATE <relation> AS t SET <set_new>
         WHERE <key> AND ROW(<here>)::text IS DISTINCT FROM ROW(<new>)::text;
    END IF;
    RETURN NULL;
END
$zdm$;
<revoke_from>;
COMMENT ON FUNCTION <func>_from() IS <is_old>;
CREATE TRIGGER <trigger> AFTER INSERT OR DELETE ON <into> FOR EACH ROW EXECUTE FUNCTION <func>_from();
CREATE TRIGGER <trigger>_set AFTER UPDATE ON <into> FOR EACH ROW
WHEN (<changed>)
EXECUTE FUNCTION <func>_from();
CREATE CONSTRAINT TRIGGER <trigger>_new AFTER INSERT ON <relation> DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
EXECUTE FUNCTION <func>_to();
CREATE TRIGGER <trigger>_set AFTER UPDATE ON <relation> FOR EACH ROW
WHEN (<changed>)
EXECUTE FUNCTION <func>_to('rows that are there');
CREATE CONSTRAINT TRIGGER <trigger> AFTER UPDATE ON <relation> DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (<any_changed>)
EXECUTE FUNCTION <func>_to()]]):gsub("<([%w_]+)>", parts)),
        (([[
DROP TRIGGER <trigger> ON <into>;
DROP TRIGGER <trigger>_set ON <into>;
DROP TRIGGER <trigger> ON <relation>;
DROP TRIGGER <trigger>_set ON <relation>;
DROP TRIGGER <trigger>_new ON <relation>;
DROP FUNCTION <func>_to();
DROP FUNCTION <func>_from()]]):gsub("<([%w_]+)>", parts))
end

-- As leaving.lua takes it: both tables have the same names.
local function sides(s)
    local function both(names)
        local list = {}
        for i, name in ipairs(names) do
            list[i] = { here = name, there = name }
        end
        return list
    end
    return {
        relation = s.t.relation,
        into = s.into,
        into_name = s.name,
        keys = both(s.key),
        moved = both(s.moved),
        trigger = "zzz_zdm_split_" .. s.hash,
    }
end

--- columns: of the description; moved: what leaving.columns() found.
function split.blocks(t, into, columns, moved, retain, use)
    local s = { t = t, name = into, into = use.qualified(t.schema, into), columns = columns, key = key_of(t) }
    s.hash = native.sha256(t.relation .. "\0" .. s.into):sub(1, 16)
    s.moved, s.required, s.all = {}, {}, { table.unpack(s.key) }
    local w, first, last, copied = use.words, {}, {}, {}
    for i, c in ipairs(columns) do
        s.moved[i], s.all[#s.all + 1] = c.name, c.name
        if c.not_null or t:not_null_of(c.name) then
            s.required[#s.required + 1] = c.name
            for _, step in ipairs(use.may_be_null(t, c, use.id("%s.%s may be left out", t.name, c.name))) do
                first[#first + 1] = step
            end
        end
    end
    for _, name in ipairs(s.all) do
        copied[use.quote(name)] = use.quote(name)
    end
    local up, down = triggers(s, use)
    first[#first + 1] = use.more(
        use.only_for(use.sql(use.id("table %s", into), create(s, moved, use), { undo = "DROP TABLE " .. s.into }),
            { { name = s.into, grants = t.grants } }),
        { twin = leaving.twin(sides(s)) }
    )
    first[#first + 1] = use.sql(use.id("%s and %s in step", t.name, into), up, { undo = down })
    last[1] = use.sql(use.id("%s and %s apart", t.name, into), down, { undo = up })
    for _, c in ipairs(columns) do
        last[#last + 1] = w.drop_column { table = t.relation, column = use.quote(c.name), retain = retain }
    end
    local names = each(s.moved, "<c>", ", ")
    local blocks = published.gate(t, t.schema, s.into, use)
    table.move({
        w.expand(first),
        w.backfill(use.id("copy %s to %s", names, into)) {
            table = t.relation,
            where = each(s.moved, "<c> IS NOT NULL", " OR "),
            copy = { into = s.into, columns = copied, on_conflict = "nothing" },
        },
        w.gate(use.id("nobody uses %s of %s", names, t.name)) {
            w.sql "both tables agree in every row"(leaving.compare(sides(s))),
            w.approval(use.id("old code is gone: nobody uses %s of %s", names, t.name)),
        },
    }, 1, 3, #blocks + 1, blocks)
    if retain then
        table.move(published.set_aside(t, s.moved, use), 1, 1, #blocks + 1, blocks)
    end
    blocks[#blocks + 1] = w.contract(last)
    return blocks
end

return split
