--- The blocks of a recipe that puts another table in the place of one: copy_table, partition_table.
--
-- A second table stands beside the first, empty and with everything that hangs on the first; triggers write to
-- it what is written to the first, the rows that are there are copied in batches, both are compared, and in one
-- transaction they change names. From then on the triggers write to the old table what is written to the new
-- one, so that the way back loses nothing, until the old one is dropped behind a gate.

local each = require "each"
local hanging = require "hanging"
local mirror = require "mirror"
local native = require "native"
local twin = require "twin"

local shadow = {}

--- For the pages of the recipes.
shadow.notes = [[
**Triggers** of the table fire for the application's writes only, before the swap on the old table, behind it on the
new one: never for rows that are copied or mirrored. What a trigger, or a function that a statement calls, writes into
rows of the same table is mirrored, too, and so is what arrives by logical replication (`session_replication_role =
replica`). Where such a trigger or function writes again to rows of the statement that it belongs to, other tables
refer to the table, and it has a second unique index, a statement that changes several keys, or moves values of that
index from row to row, may fail with a unique violation in the other table. Where one deletes or moves a row whose key
the statement has just changed, while rows still refer to the old key (by a foreign key that is DEFERRABLE, or because
the name of the trigger comes before `RI_`, as "Audit" does), the other table keeps the old key's row until that key is
written again: when it never is, the gate stays closed until that row is deleted from the other table by hand. Nothing
that refers to the table is lost. Each row that is written is read once more, by its key, before it is mirrored.

**Row security.** From its first moment on the new table hides all rows from whoever has rights on it; it gets its
policies in the swap, and the old one keeps its own. The role that runs the plan has to see all rows: the owner of
the table, or one with BYPASSRLS; else the first step is refused.

**Publications.** In the swap the new table takes the old one's place in them, with column list and filter:
subscribers, who know tables by their names, notice nothing. A publication of all tables, or of all of the schema,
would send the second table while it is filled, and is refused.

**Views** keep owner, rights, comments, options and what hangs on them: each that reads the table is said again
with CREATE OR REPLACE, for which the swap locks it a moment before the table.

**Rights** are given by the owner, whoever gave them first.

**Refused, with the list:** materialized views, rules, policies of other tables, functions and types that are made
of the table; statistics of several columns; exclusion constraints, and keys that can be deferred; another replica
identity; indexes that are INVALID; tables that inherit, are of a type, belong to an extension or are what a
subscription writes to; security labels, a second sequence of one column, rights that the owner took from himself;
an identity GENERATED ALWAYS that is not of the primary key, beside foreign keys of other tables.]]

local function lines(list)
    return table.concat(list, ";\n")
end

-- What a second table cannot take over, as texts.
local function in_the_way(t, want, use)
    local list = {}
    for _, d in ipairs(t.dependents) do
        local computed = d.what:find "^generated column " -- of the table itself: the new one computes it, too
        if not computed and not hanging.follows(t, d) and not use.contains(list, d.what) then
            list[#list + 1] = d.what
        end
    end
    for _, what in ipairs(t.row_type_users or {}) do
        list[#list + 1] = what .. ", by the row type"
    end
    for _, tie in ipairs(t.ties or {}) do
        list[#list + 1] = tie.what
    end
    for _, parent in ipairs(t.parents or {}) do
        list[#list + 1] = "it inherits from " .. parent
    end
    if t.of_type then
        list[#list + 1] = "it is of the type " .. t.of_type
    end
    for _, index in ipairs(t.indexes) do
        if not index.valid then
            list[#list + 1] = ("index %s, which is INVALID"):format(index.name)
        end
    end
    for _, c in ipairs(t.columns) do
        list[#list + 1] = t:unproven(c.name)
        if c.no_equality and t:in_primary_key(c.name) then
            list[#list + 1] = ("column %s has no equality"):format(use.quote(c.name))
        end
    end
    for _, k in ipairs(t.constraints) do
        if k.type == "exclusion" or k.deferrable and k.index then
            list[#list + 1] = ("%s%s constraint %s"):format(k.deferrable and "deferrable " or "", k.type, k.name)
        end
    end
    for _, r in ipairs(t.referenced_by) do
        for _, c in ipairs(t.columns) do
            -- An UPDATE can only say DEFAULT of it: the other row is deleted and inserted, which the key would follow.
            local fixed = c.identity and c.identity:upper() == "ALWAYS" and not t:in_primary_key(c.name)
            if fixed and r.table ~= t.relation then
                list[#list + 1] = ("foreign key %s of %s beside column %s, an identity GENERATED ALWAYS that is not of "
                    .. "the primary key"):format(r.name, r.table, use.quote(c.name))
            end
        end
        local other = use.table(r.table)
        if other and other.kind ~= "table" then
            list[#list + 1] = ("foreign key %s of the %s %s"):format(r.name, other.kind, r.table)
        end
    end
    if t.row_security and not t.policies then
        list[#list + 1] = "row security" -- as an older zdm described it
    end
    hanging.in_the_way(t, want, use, list)
    if t.replica_identity ~= "default" then
        list[#list + 1] = ("replica identity %s"):format(t.replica_identity)
    end
    if t.persistence ~= "permanent" then
        list[#list + 1] = ("it is %s"):format(t.persistence)
    end
    list[#list + 1] = t:family()
    table.sort(list)
    return list
end

-- What is said of indexes and constraints of the table that has the names now.
local function remarks(t, want, use, out, back)
    for _, index in ipairs(back and {} or t.indexes) do
        use.index_remarks(t, index, index.name, out)
        if index.clustered and not want.partition_by then
            out[#out + 1] = ("ALTER TABLE %s CLUSTER ON %s"):format(t.relation, use.quote(index.name))
        end
    end
    for _, r in ipairs(back and {} or t.referenced_by) do
        if r.comment and r.table ~= t.relation then
            out[#out + 1] = ("COMMENT ON CONSTRAINT %s ON %s IS %s"):format(use.quote(r.name), r.table,
                use.literal(r.comment))
        end
    end
    for _, k in ipairs(t.constraints) do
        local anew = k.type == "foreign key" and k.references == t.relation
        if k.comment and (anew or not back) then
            out[#out + 1] = ("COMMENT ON CONSTRAINT %s ON %s IS %s"):format(use.quote(k.name), t.relation,
                use.literal(k.comment))
        end
    end
end

-- The tables' own words for one another: what is made, and under which names it is found while the old table
-- still has them.
local function names_of(t, use)
    local s = { t = t, old_name = use.name(t.name, "zdm_old"), new_name = use.name(t.name, "zdm_new") }
    s.old, s.new = use.qualified(t.schema, s.old_name), use.qualified(t.schema, s.new_name)
    s.columns, s.written, s.fixed = {}, {}, {}
    for i, c in ipairs(t.columns) do
        s.columns[i] = c.name
        if not c.generated then
            s.written[#s.written + 1] = c.name
        end
        if c.identity and c.identity:upper() == "ALWAYS" then
            s.fixed[#s.fixed + 1] = c.name -- an UPDATE may not name it
        end
    end
    mirror.name(s)
    return s
end

-- Foreign keys of the table to itself are of the one that has the name. The other one could not check them: it is
-- written row by row, while the keys need to hold at the end of a statement only.
local function own_keys(t)
    local list = {}
    for _, r in ipairs(t.referenced_by) do
        list[#list + 1] = r.table == t.relation and r or nil
    end
    return list
end

-- A foreign key of another table with the new table in the place of the old.
local function to_new(definition, s)
    local reference = " REFERENCES " .. s.t.relation .. "("
    local at, stop = definition:find(reference, 1, true)
    if not at then
        return definition
    end
    return definition:sub(1, at - 1) .. " REFERENCES " .. s.new .. "(" .. definition:sub(stop + 1)
end

-- Does the foreign key of another table to the old one end in the swap? For triggers a row that goes from one partition
-- to another is deleted and inserted, before foreign keys follow it: mirrored, the deletion would delete rows that
-- refer to the old table. So of a partitioned one only its own foreign keys hold; the way back makes the old ones anew.
local function ends_in_swap(r, t, want)
    return want.partition_by and r.table ~= t.relation
end

-- They hold for the way back, which makes them anew.
local function prove_ended_keys(t, want, use, steps)
    for _, r in ipairs(t.referenced_by) do
        if ends_in_swap(r, t, want) and r.valid then
            local validate = ("ALTER TABLE %s VALIDATE CONSTRAINT %s"):format(r.table, use.quote(r.name))
            steps[#steps + 1] = use.sql(use.id("%s of %s holds", r.name, r.table), validate, { undo = validate })
        end
    end
end

-- They are made anew in the swap, and proven behind it; and behind the swap's undo in the same way.
local function prove_own_keys(t, behind, use, steps)
    for _, r in ipairs(own_keys(t)) do
        if r.valid then
            local validate = ("ALTER TABLE %s VALIDATE CONSTRAINT %s"):format(t.relation, use.quote(r.name))
            steps[#steps + 1] = use.sql(use.id(behind and "%s of %s: all rows" or "%s of %s holds", r.name, t.relation),
                validate, { undo = behind and "nothing" or validate })
        end
    end
end

-- What has to wait for the rows: other indexes, and foreign keys to this table.
local function behind_the_copy(s, want, use)
    local t, steps = s.t, {}
    for _, index in ipairs(t.indexes) do
        if not index.constraint and not index.unique and not want.partition_by then
            local name = use.name(index.name, "zdm_new")
            steps[#steps + 1] = use.sql(use.id("index %s", name), use.index_like(t, index, name, s.new, "concurrently"),
                { undo = "DROP INDEX CONCURRENTLY " .. use.qualified(t.schema, name) })
        end
    end
    local function refer(relation, name, valid, definition)
        local alter = ("ALTER TABLE %s "):format(relation)
        steps[#steps + 1] = use.sql(
            use.id("%s of %s: new rows", name, relation),
            alter .. ("ADD CONSTRAINT %s %s NOT VALID"):format(
                use.quote(name), twin.without_not_valid(to_new(definition, s))),
            { undo = alter .. "DROP CONSTRAINT " .. use.quote(name) }
        )
        if valid then
            steps[#steps + 1] = use.sql(use.id("%s of %s: all rows", name, relation),
                alter .. "VALIDATE CONSTRAINT " .. use.quote(name), { undo = "nothing" })
        end
    end
    for _, r in ipairs(t.referenced_by) do
        if r.table ~= t.relation then
            refer(r.table, use.name(r.name, "zdm_new"), r.valid, r.definition)
        end
    end
    return steps
end

-- Both change names: what has the table's names gets the suffix `away`, what has the suffix `here` loses it.
local function swap(s, want, use, back)
    local t, out = s.t, {}
    local away, here = back and "zdm_new" or "zdm_old", back and "zdm_old" or "zdm_new"
    local other = back and s.old or s.new
    hanging.release(t, use, out, back)
    out[#out + 1] = mirror.down(s, t.relation)
    for _, r in ipairs(own_keys(t)) do
        out[#out + 1] = ("ALTER TABLE %s DROP CONSTRAINT %s"):format(t.relation, use.quote(r.name))
    end
    for _, c in ipairs(t.columns) do
        if c.identity then
            local bare, schema = twin.sequence_names(c)
            local mine, theirs = use.qualified(schema, bare), use.qualified(schema, use.name(bare, here))
            out[#out + 1] = ("SELECT pg_catalog.setval(%s, s.last_value, s.is_called) FROM %s AS s"):format(
                use.literal(theirs), mine)
        end
    end
    for _, index in ipairs(t.indexes) do
        out[#out + 1] = ("ALTER INDEX %s RENAME TO %s"):format(use.qualified(t.schema, index.name),
            use.quote(use.name(index.name, away)))
    end
    for _, r in ipairs(t.referenced_by) do
        if ends_in_swap(r, t, want) and not back then
            out[#out + 1] = ("ALTER TABLE %s DROP CONSTRAINT %s"):format(r.table, use.quote(r.name))
        elseif r.table ~= t.relation then
            out[#out + 1] = ("ALTER TABLE %s RENAME CONSTRAINT %s TO %s"):format(r.table, use.quote(r.name),
                use.quote(use.name(r.name, away)))
        end
    end
    out[#out + 1] = ("ALTER TABLE %s RENAME TO %s"):format(t.relation, use.quote(use.name(t.name, away)))
    out[#out + 1] = ("ALTER TABLE %s RENAME TO %s"):format(other, use.quote(t.name))
    for _, index in ipairs(t.indexes) do
        out[#out + 1] = ("ALTER INDEX %s RENAME TO %s"):format(
            use.qualified(t.schema, use.name(index.name, here)), use.quote(index.name))
    end
    for _, r in ipairs(t.referenced_by) do
        if ends_in_swap(r, t, want) and back then
            out[#out + 1] = ("ALTER TABLE %s ADD CONSTRAINT %s %s NOT VALID"):format(r.table, use.quote(r.name),
                twin.without_not_valid(r.definition))
            local owner = use.table(r.table)
            local k = owner and owner:constraint(r.name)
            if k and k.comment then
                out[#out + 1] = ("COMMENT ON CONSTRAINT %s ON %s IS %s"):format(use.quote(r.name), r.table,
                    use.literal(k.comment))
            end
        elseif r.table ~= t.relation then
            out[#out + 1] = ("ALTER TABLE %s RENAME CONSTRAINT %s TO %s"):format(r.table,
                use.quote(use.name(r.name, here)), use.quote(r.name))
        end
    end
    for _, c in ipairs(t.columns) do
        if c.sequence then
            local bare, schema = twin.sequence_names(c)
            local mine = use.qualified(schema, bare)
            if not c.identity then
                out[#out + 1] = ("ALTER SEQUENCE %s OWNED BY %s.%s"):format(mine, t.relation, use.quote(c.name))
            else
                out[#out + 1] = ("ALTER SEQUENCE %s RENAME TO %s"):format(mine, use.quote(use.name(bare, away)))
                out[#out + 1] = ("ALTER SEQUENCE %s RENAME TO %s"):format(
                    use.qualified(schema, use.name(bare, here)), use.quote(bare))
            end
        end
    end
    for _, r in ipairs(own_keys(t)) do
        out[#out + 1] = ("ALTER TABLE %s ADD CONSTRAINT %s %s NOT VALID"):format(t.relation, use.quote(r.name),
            twin.without_not_valid(r.definition))
    end
    remarks(t, want, use, out, back)
    hanging.take(t, use, out, back)
    out[#out + 1] = back and mirror.up(s, t.relation, s.new, s.key, s.old_key, use)
        or mirror.up(s, t.relation, s.old, s.old_key, s.key, use)
    return lines(out)
end

local function compare(s)
    local join, a, b = each(s.key, "<c>", ", "), each(s.columns, "o.<c>", ", "), each(s.columns, "n.<c>", ", ")
    local all_seen = s.t.row_security and (" AND NOT pg_catalog.row_security_active(%s)"):format(
        native.quote_literal(s.t.relation)) or ""
    return ([[
SELECT pg_catalog.count(*) = 0%s AS equal, pg_catalog.count(*) AS rows_that_differ,
       pg_catalog.min(ROW(%s)::pg_catalog.text) AS one_of_them
  FROM %s AS o FULL JOIN %s AS n USING (%s)
 WHERE ROW(%s)::pg_catalog.text IS DISTINCT FROM ROW(%s)::pg_catalog.text]]):format(
        all_seen, join, s.t.relation, s.new, join, a, b)
end

-- Why the swap cannot be taken back now: rows that the old table lacks. A partitioned one holds the old key more than
-- once, and somebody may have disabled the triggers.
local function lost(s, use)
    local a, b = each(s.columns, "n.<c>", ", "), each(s.columns, "o.<c>", ", ")
    return ([[
SELECT pg_catalog.format('%%s rows are not the same in %%s and %%s, which would take its place', n.n, %s, %s)
  FROM (SELECT pg_catalog.count(*) FROM %s AS n FULL JOIN %s AS o USING (%s)
         WHERE ROW(%s)::pg_catalog.text IS DISTINCT FROM ROW(%s)::pg_catalog.text) AS n(n)
 WHERE n.n > 0]]):format(use.literal(s.t.relation), use.literal(s.old), s.t.relation, s.old, use.names(s.old_key), a, b)
end

--- The blocks. want: { columns: in their new order, key: the new table's primary key (names), partition_by,
-- partitions: [{ name, bound }], untouched: as hanging.untouched() }; the last four only for a partitioned one.
function shadow.blocks(t, want, use)
    local s = names_of(t, use)
    for _, k in ipairs(t.constraints) do
        s.old_key = k.type == "primary key" and k.columns or s.old_key
    end
    s.key = want.key or s.old_key
    local w = use.words
    local blocks = {
        w.expand {
            -- What it holds the other one does, too: the way back loses nothing.
            use.more(use.only_for(use.sql(use.id("make %s", s.new_name), twin.create(s, want, use),
                { undo = "DROP TABLE " .. s.new }), twin.made(s, want, use)),
                { keeps = true, requires = hanging.requires(t, use, hanging.still(t, use, {})) }),
            use.sql(use.id("mirror %s to %s", t.name, s.new_name),
                mirror.up(s, t.relation, s.new, s.key, s.old_key, use),
                { undo = mirror.down(s, t.relation) }),
        },
        w.backfill(use.id("copy %s to %s", t.name, s.new_name)) {
            table = t.relation,
            copy = { into = s.new, on_conflict = "nothing" },
        },
    }
    local behind = behind_the_copy(s, want, use)
    if #behind > 0 then
        blocks[#blocks + 1] = w.expand(behind)
    end
    local renames = { "break-rename-table", "drop-trigger", "break-drop-function" }
    for _, c in ipairs(t.columns) do
        renames[4] = c.identity and "break-rename-object" or renames[4]
    end
    hanging.allow(t, renames)
    blocks[#blocks + 1] = w.gate(use.id("%s and %s have the same rows", t.name, s.new_name)) {
        w.sql(use.id("%s and %s have the same rows", t.name, s.new_name))(compare(s)),
        t.policies and w.sql(use.id("what hangs on %s is as it was", t.name))(hanging.as_it_was(t, use)) or nil,
    }
    -- Steps that prove do so on the way back; on the way there what holds already takes an instant. The gate stays the
    -- last that reads the rows, and the swap requires what keeps them the same since.
    local steps, requires = {}, hanging.still(t, use, { mirror.fires(s, use) })
    hanging.untouched(t, want.untouched or {}, use, requires)
    prove_own_keys(t, false, use, steps)
    prove_ended_keys(t, want, use, steps)
    steps[#steps + 1] = use.more(use.sql(use.id("%s takes the place of %s", s.new_name, t.name),
        swap(s, want, use, false), {
            undo = swap(s, want, use, true),
            allow = renames,
            because = "what takes the names in the same transaction has the same columns and rows",
        }), { requires = requires, undo_unless = { lost(s, use), hanging.back(t, use) } })
    prove_own_keys(t, true, use, steps)
    blocks[#blocks + 1] = w.expand(steps)
    blocks[#blocks + 1] = w.gate(use.id("%s can go", s.old_name)) {
        w.approval(use.id("the new table %s is all right: %s can go", t.name, s.old_name)),
    }
    local last = { mirror.down(s, t.relation) }
    for _, r in ipairs(t.referenced_by) do
        if r.table ~= t.relation and not ends_in_swap(r, t, want) then
            last[#last + 1] = ("ALTER TABLE %s DROP CONSTRAINT %s"):format(r.table,
                use.quote(use.name(r.name, "zdm_old")))
        end
    end
    last[#last + 1] = "DROP TABLE " .. s.old
    blocks[#blocks + 1] = w.contract { use.sql(use.id("drop %s", s.old_name), lines(last)) }
    return blocks
end

--- Reports what is in the way of another table in the place of this one; false when something is. `want` as above.
function shadow.possible(t, want, use)
    local list = in_the_way(t, want, use)
    if #list > 0 then
        use.refuse("table", ("%s has what another table cannot take over: %s"):format(t.relation,
            table.concat(list, "; ")), "take these away first, or write the steps yourself")
        return false
    end
    for _, k in ipairs(t.constraints) do
        if k.type == "primary key" then
            return true
        end
    end
    use.refuse("table", ("%s has no primary key, by which rows could be told apart"):format(t.relation))
    return false
end

return shadow
