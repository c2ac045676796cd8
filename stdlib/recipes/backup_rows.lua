--- Rows in a table of their own, before something happens to them.

local published = require "published"
local rights = require "rights"
local shared = require "fields/shared"

local function primary_key(t)
    for _, k in ipairs(t.constraints) do
        if k.type == "primary key" then
            return k.columns
        end
    end
end

local function quoted(t, use, also_generated)
    local names = {}
    for _, c in ipairs(t.columns) do
        if also_generated or not c.generated then
            names[#names + 1] = c.name
        end
    end
    return use.names(names), names
end

-- Each row as it is in the moment in which a batch deletes it, in the same transaction. What the application deletes
-- is none of it: batches have the setting.
local function keep(t, into, use)
    local name = use.name("keep_rows", t.schema, t.name)
    local all, names = quoted(t, use, true)
    local values = {}
    for i, column in ipairs(names) do
        values[i] = "OLD." .. use.quote(column)
    end
    local func, trigger = use.qualified("zdm", name), use.quote(use.name("zdm_keep", t.name))
    return ([[
CREATE FUNCTION %s() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $zdm$
BEGIN
    INSERT INTO %s (%s) VALUES (%s);
    RETURN NULL;
END
$zdm$;
%s;
CREATE TRIGGER %s AFTER DELETE ON %s FOR EACH ROW
WHEN (pg_catalog.current_setting('zdm.sync', true) = 'off')
EXECUTE FUNCTION %s()]]):format(func, into, all, table.concat(values, ", "),
        rights.revoke(t, "function", func .. "()"), trigger, t.relation, func),
        ("DROP TRIGGER %s ON %s;\nDROP FUNCTION %s()"):format(trigger, t.relation, func)
end

local function cascades(t, use)
    for _, r in ipairs(t.referenced_by) do
        if r.definition:find(" ON DELETE CASCADE", 1, true) or r.definition:find(" ON DELETE SET ", 1, true) then
            return ("the foreign key %s of %s changes rows there, which nobody would save"):format(use.quote(r.name), r.table)
        end
    end
end

-- The rows go in batches, each saved as it goes, and come back with the undo.
local function deleting(t, v, into, use)
    local w, up, down = use.words, keep(t, into, use)
    local names = quoted(t, use)
    return {
        w.gate(use.id("rows of %s may go", t.name)) {
            w.sql "so many rows"(("SELECT true AS deletes, pg_catalog.count(*) AS rows FROM %s WHERE (\n%s\n)"):format(
                t.relation, v.where.text)),
            w.approval(use.id("these rows of %s may go", t.name)),
        },
        w.contract { use.sql(use.id("save what is deleted from %s", t.name), up, { undo = down }) },
        w.backfill(use.id("delete rows of %s", t.name)) {
            table = t.relation,
            delete = true,
            where = v.where.text,
            undo = ([[
WITH saved AS (DELETE FROM %s RETURNING *)
INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM saved ON CONFLICT DO NOTHING]]):format(
                into, t.relation, names, names),
            allow = { "dml-unbatched" },
            because = "only the way back is one statement",
        },
        w.contract { use.sql(use.id("nothing is deleted from %s any more", t.name), down, { undo = up }) },
    }
end

return {
    name = "backup_rows",
    doc = "Saves rows in a table of their own before something happens to them: copied in batches, with the key of "
        .. "the table, for steps behind it that change or delete them and whose `undo` brings them back. With "
        .. "`delete` it deletes them itself, in batches behind a gate.",
    notes = [[
**With `delete`** each row is saved as it is in the transaction that deletes it. `zdm rollback` brings all of them back, in
one transaction, for which INSERT triggers of the table fire; a row whose key somebody used again meanwhile stays away.

**Rows that come.** Of rows that the application goes on inserting there are always some that are not saved yet, and then
the copy fails: `where` leaves these out.

**What stays.** The table of copies stays when the plan is done, and nobody but its owner may read it. Where it holds
copies, taking the plan back asks for --accept-data-loss.]],
    fields = {
        shared.table,
        { name = "where", kind = "expression", required = true, doc = "Which rows." },
        { name = "into", kind = "qualified", required = true, doc = "The new table; in the schema of the other when not given." },
        { name = "delete", kind = "boolean", default = false, doc = "Delete the rows." },
    },
    example = [[
recipe.backup_rows {
    table = "orders",
    where = "created_at < '2015-01-01'",
    into = "orders_before_2015",
    delete = true,
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        if not t or not t:is_table() then
            return {}
        elseif t.kind == "table" and #t.children > 0 then
            use.refuse("table", t:family(), "a recipe for each of them: no index of this one has all of their rows")
            return {}
        end
        local schema, name = use.split(v.into)
        schema = schema or t.schema
        local key, into = primary_key(t), use.qualified(schema, name)
        if not key then
            use.refuse("table", ("%s has no primary key, by which rows could be told apart"):format(t.relation))
            return {}
        elseif use.exists(schema, name) then
            use.refuse("into", ("%s exists already"):format(into))
            return {}
        end
        local trouble = v.delete and cascades(t, use)
        if trouble then
            use.refuse("delete", trouble, "save and delete those rows first")
            return {}
        end
        local w = use.words
        local revoke = rights.revoke(t, "table", into)
        local blocks = published.gate(t, schema, into, use)
        table.move({
            w.expand {
                use.only_for(use.sql(use.id("table %s", v.into), ([[
CREATE TABLE %s (LIKE %s, PRIMARY KEY (%s));
%sCOMMENT ON TABLE %s IS %s]]):format(into, t.relation, use.names(key),
                    revoke and revoke .. ";\n" or "", into,
                    use.literal(("zdm: rows of %s, saved by the plan %s"):format(t.relation, use.plan))),
                    { undo = "DROP TABLE " .. into }), { { name = into } }),
            },
        }, 1, 1, #blocks + 1, blocks)
        if v.delete then
            table.move(deleting(t, v, into, use), 1, 4, #blocks + 1, blocks)
            return blocks
        end
        local columns = {}
        for _, c in ipairs(t.columns) do
            columns[use.quote(c.name)] = use.quote(c.name)
        end
        blocks[#blocks + 1] = w.backfill(use.id("save rows of %s in %s", t.name, v.into)) {
            table = t.relation,
            where = v.where.text,
            copy = { into = into, columns = columns, on_conflict = "nothing" },
        }
        return blocks
    end,
}
