--- Rows that are marked as deleted instead of being deleted.

local dropping = require "dropping"
local published = require "published"
local shared = require "fields/shared"

-- The view of the living rows, with the rights of the table.
local function view_sql(t, column, view, use)
    local names = {}
    for i, c in ipairs(t.columns) do
        names[i] = c.name
    end
    local lines = {
        ("CREATE VIEW %s%s AS SELECT %s FROM %s WHERE %s IS NULL"):format(view,
            t.server_version >= 150000 and " WITH (security_invoker = true)" or "", use.names(names), t.relation,
            use.quote(column)),
    }
    table.move(use.privileges(t, view), 1, #t.columns * 100 + #t.grants + 2, 2, lines)
    return table.concat(lines, ";\n")
end

-- A DELETE marks the row. The function stays with the table, which is not zdm's.
local function marking(t, key, column, use)
    local func = use.qualified(t.schema, use.name(t.name, "mark_deleted"))
    local same = {}
    for i, name in ipairs(key) do
        same[i] = ("%s = OLD.%s"):format(use.quote(name), use.quote(name))
    end
    local trigger = use.quote(use.name(t.name, "mark_deleted"))
    return use.sql(use.id("DELETE of %s marks", t.name), ([[
CREATE FUNCTION %s() RETURNS trigger
LANGUAGE plpgsql SET search_path = %s
AS $zdm$
BEGIN
    IF OLD.%s IS NULL THEN
        UPDATE %s SET %s = pg_catalog.now() WHERE %s;
        RETURN NULL;
    END IF;
    RETURN OLD;
END
$zdm$;
CREATE TRIGGER %s BEFORE DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %s()]]):format(func, t:path(), use.quote(column), t.relation,
        use.quote(column), table.concat(same, " AND "), trigger, t.relation, func), {
        undo = ("DROP TRIGGER %s ON %s;\nDROP FUNCTION %s()"):format(trigger, t.relation, func),
    })
end

-- The columns of the primary key, when a DELETE can mark; nil when it was reported.
local function key_to_mark_by(t, use)
    if t.kind == "partitioned table" then
        use.refuse("deletes", ("%s is partitioned: for a trigger an UPDATE that takes a row to another partition deletes it, "
            .. "so that it would be marked, and the UPDATE lost"):format(t.relation), "let the application mark rows")
        return nil
    end
    local key
    for _, k in ipairs(t.constraints) do
        if k.type == "primary key" then
            key = k.columns
        elseif k.type == "foreign key" and k.definition:find(" ON DELETE CASCADE", 1, true) then
            use.refuse("deletes", ("the foreign key %s deletes rows here: one that is only marked would refer to nothing")
                :format(use.quote(k.name)))
            return nil
        end
    end
    if not key then
        use.refuse("deletes", ("%s has no primary key"):format(t.relation))
    end
    return key
end

-- Instead of each of these indexes one of the living rows; returns the steps that make them and those that drop the
-- old ones, nil when it was reported.
local function indexes(t, v, column, use)
    local make, drop = {}, {}
    for _, text in ipairs(v.indexes or {}) do
        local index = t:index(use.identifier(text), "indexes")
        if not index then
            return nil
        end
        local k = index.constraint and t:constraint(index.constraint)
        local name = use.name(index.name, "living")
        if index.primary or k and k.type ~= "unique" or index.replica_identity or t.kind ~= "table" or index.attached_to then
            use.refuse("indexes", ("%s has to hold for every row"):format(use.quote(index.name)))
            return nil
        end
        for _, r in ipairs(t.referenced_by) do
            if r.index == index.name then
                use.refuse("indexes", ("the foreign key %s of %s needs %s"):format(use.quote(r.name), r.table,
                    use.quote(index.name)))
                return nil
            end
        end
        local body = index.definition:match(" USING .*$")
        local predicate = use.quote(column) .. " IS NULL"
        if index.predicate then
            body = body:sub(1, #body - #(" WHERE " .. index.predicate))
            predicate = ("%s AND %s"):format(index.predicate, predicate)
        end
        make[#make + 1] = use.sql(use.id("index %s", name),
            ("CREATE %sINDEX CONCURRENTLY %s ON %s%s WHERE %s"):format(index.unique and "UNIQUE " or "", use.quote(name),
                t.relation, body, predicate),
            { undo = "DROP INDEX CONCURRENTLY " .. use.qualified(t.schema, name) })
        local steps = k and dropping.constraint(t, k, use) or dropping.index(t, index, use, use.id("drop index %s", index.name))
        table.move(steps, 1, #steps, #drop + 1, drop)
    end
    return make, drop
end

return {
    name = "soft_delete",
    doc = "Lets rows be marked as deleted: a column that says when, NULL for the living, and a view of the living "
        .. "rows with the rights of the table. The table keeps its name, so that old code goes on and sees every "
        .. "row; new code takes the view (through which it can write, too) or minds the column.",
    notes = [[
**Behind a gate**, when no other code is left, `indexes` hold for living rows only, and with `deletes` a DELETE of a living
row marks it (and reports 0 rows); a DELETE of a marked one deletes. Of a partitioned table that is refused, where an
UPDATE may be a DELETE to a trigger.

**Other tables.** Rows that refer to a marked row stay.

**ON CONFLICT** has to repeat the condition of a partial unique index: `ON CONFLICT (email) WHERE deleted_at IS NULL`.

**Row security.** Before PostgreSQL 15 a view of a table with row security is refused, which it would get around.]],
    fields = {
        shared.table,
        { name = "column", kind = "identifier", default = "deleted_at", doc = "The new column." },
        { name = "view", kind = "identifier", required = true, doc = "The name of the view, in the schema of the table." },
        {
            name = "indexes",
            kind = "columns",
            doc = "Names of indexes, of UNIQUE constraints too, that are replaced by ones of the living rows.",
        },
        { name = "deletes", kind = "boolean", default = false, doc = "A DELETE marks the row, by a trigger." },
    },
    example = [[
recipe.soft_delete {
    table = "users",
    view = "living_users",
    indexes = "users_email_key",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local column, name = use.identifier(v.column), use.identifier(v.view)
        if not t or not t:is_table() or not t:lacks("columns", column, "column") then
            return {}
        elseif t:family(true) then
            use.refuse("table", t:family(true))
            return {}
        elseif t.row_security and t.server_version < 150000 then
            use.refuse("table", "it has row security, which a view of its owner would get around before PostgreSQL 15")
            return {}
        elseif use.exists(t.schema, name) then
            use.refuse("view", ("%s exists already"):format(use.qualified(t.schema, name)))
            return {}
        end
        local view, alter = use.qualified(t.schema, name), ("ALTER TABLE %s "):format(t.relation)
        local key = v.deletes and key_to_mark_by(t, use)
        if v.deletes and not key then
            return {}
        end
        local make, last = indexes(t, v, column, use)
        if not make then
            return {}
        end
        if key then
            last[#last + 1] = marking(t, key, column, use)
        end
        local first = {
            use.sql(use.id("add %s.%s", t.name, column), alter .. ("ADD COLUMN %s timestamptz"):format(use.quote(column)),
                { undo = alter .. "DROP COLUMN " .. use.quote(column) }),
            use.only_for(use.sql(use.id("view %s", name), view_sql(t, column, view, use), { undo = "DROP VIEW " .. view }),
                { { name = view, grants = t.grants } }),
        }
        table.move(make, 1, #make, 3, first)
        local blocks = published.columns(t, { column }, use)
        blocks[#blocks + 1] = use.words.expand(first)
        if #last > 0 then
            blocks[#blocks + 1] = use.words.gate(use.id("all code minds %s.%s", t.name, column)) {
                use.words.approval(use.id("old code is gone: all code minds %s.%s", t.name, column)),
            }
            blocks[#blocks + 1] = use.words.contract(last)
        end
        return blocks
    end,
}
