--- The blocks of move_columns: columns of a table go to another one that is there already.

local leaving = require "leaving"
local move_rows = require "move_rows"
local published = require "published"
local rights = require "rights"
local successor = require "successor"

local move = {}

-- What may be a rule of a row, over there, must be true of one without values: a row of the first table may be gone, or
-- have none.
local function checks_of_none(s, use)
    local nulls, requires = {}, {}
    for i, m in ipairs(s.moved) do
        nulls[i] = ("NULL::%s AS %s"):format(m.c.type, use.quote(m.here))
    end
    for _, item in ipairs(s.constraints) do
        local text = item.k.type == "check" and item.k.definition:gsub("^CHECK ", ""):gsub(" NOT VALID$", "")
            :gsub(" NO INHERIT$", "")
        if text then
            requires[#requires + 1] = {
                sql = {
                    text = ("SELECT %s IS NOT FALSE FROM (SELECT %s) AS %s"):format(text, table.concat(nulls, ", "),
                        use.quote(s.t.name)),
                    line = use.at.line,
                },
                message = ("%s refuses a row whose values are all NULL, as one of %s may be"):format(
                    use.quote(item.k.name), s.into),
                hint = "drop it first, with recipe.drop_constraint",
                early = true,
            }
        end
    end
    return requires
end

-- Whoever may use all columns of the first table may use these where they go.
local function grants(s, use, out)
    for _, grant in ipairs(s.t.grants) do
        local of_columns = grant.privilege == "SELECT" or grant.privilege == "INSERT" or grant.privilege == "UPDATE"
            or grant.privilege == "REFERENCES"
        for _, other in ipairs(s.d.grants) do
            of_columns = of_columns and not (other.privilege == grant.privilege and other.role == grant.role)
        end
        for _, m in ipairs(of_columns and s.moved or {}) do
            out[#out + 1] = use.grant(s.into, grant, m.there)
        end
    end
end

local function add_columns(s, use)
    local up, undo = {}, {}
    for i, m in ipairs(s.moved) do
        up[i] = successor.add_column(s.d, m.c, m.there, use)
        undo[i] = ("ALTER TABLE %s DROP COLUMN %s"):format(s.into, use.quote(m.there))
    end
    grants(s, use, up)
    local names = table.concat(leaving.names(s.moved, "there"), ", ")
    return use.more(
        use.sql(use.id("add %s to %s", names, s.d.name), table.concat(up, ";\n"), { undo = table.concat(undo, ";\n") }),
        { twin = leaving.twin(s), requires = checks_of_none(s, use) }
    )
end

-- Rows that are missing over there, made in an empty table like it: what does not suit is found before old code meets
-- it. It is not logged, so that no publication sends it.
local function try(s, use)
    local empty = "zdm.try_move_" .. s.hash
    local names, values = move_rows.insert(s, use)
    local text = ([[
CREATE UNLOGGED TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY INCLUDING GENERATED);
INSERT INTO %s (%s)
SELECT %s
  FROM (SELECT zdm_h.*
          FROM (SELECT * FROM %s LIMIT 100) AS zdm_h
         WHERE (%s) AND NOT EXISTS (SELECT FROM %s AS zdm_t WHERE %s)) AS %s;
DROP TABLE %s]]):format(empty, s.into, empty, names, values, s.relation, move_rows.given(s, "zdm_h."), s.into,
        move_rows.same_key(s, "zdm_t", "zdm_h"), use.quote(s.t.name), empty)
    return use.sql(use.id("rows that %s lacks can be made", s.d.name), text, { undo = "nothing" })
end

local function defaults(s, use, same)
    local up, undo = {}, {}
    for _, m in ipairs(s.moved) do
        if m.c.default and (m.same_default or false) == same then
            local column = ("ALTER TABLE %s ALTER COLUMN %s "):format(s.into, use.quote(m.there))
            up[#up + 1] = ";\n" .. column .. "SET DEFAULT " .. m.c.default
            undo[#undo + 1] = column .. "DROP DEFAULT;\n"
        end
    end
    return table.concat(up), table.concat(undo)
end

local function built(s, use)
    local steps, names, remarks = {}, {}, {}
    for _, m in ipairs(s.moved) do
        names[m.here] = m.there
    end
    for _, item in ipairs(s.indexes) do
        local sql = successor.index_sql(s.t, item.index, item.name, names, use, s.into)
        steps[#steps + 1] = use.sql(use.id("index %s", item.name), (sql:gsub("INDEX ", "INDEX CONCURRENTLY ", 1)), {
            undo = "DROP INDEX CONCURRENTLY " .. use.qualified(s.d.schema, item.name),
        })
        if item.k then
            local alter, quoted = ("ALTER TABLE %s "):format(s.into), use.quote(item.name)
            steps[#steps + 1] = use.sql(use.id("constraint %s", item.name),
                alter .. ("ADD CONSTRAINT %s UNIQUE USING INDEX %s%s"):format(quoted, quoted,
                    successor.deferrable(item.k)),
                { undo = alter .. "DROP CONSTRAINT " .. quoted })
        end
        use.index_remarks(s.d, item.index, item.name, remarks)
    end
    for _, item in ipairs(s.constraints) do
        successor.constraint(s.d, item.k, item.name, names, use, steps)
    end
    for _, list in ipairs { s.indexes, s.constraints } do
        for _, item in ipairs(list) do
            if item.k and item.k.comment then
                remarks[#remarks + 1] = ("COMMENT ON CONSTRAINT %s ON %s IS %s"):format(use.quote(item.name), s.into,
                    use.literal(item.k.comment))
            end
        end
    end
    if #remarks > 0 then
        steps[#steps + 1] = use.sql(use.id("what is said of indexes and constraints of %s", s.d.name),
            table.concat(remarks, ";\n"), { undo = "nothing" })
    end
    return steps
end

-- What rows that zdm makes over there keep from going, or getting another key, here.
local function in_the_way(s, use)
    local list = {}
    for _, r in ipairs(s.t.referenced_by) do
        if r.table == s.into and not (r.definition:find(" ON DELETE CASCADE", 1, true)
            and r.definition:find(" ON UPDATE CASCADE", 1, true)) then
            list[#list + 1] = ("; as long as there is a row of it, %s may refuse a DELETE, or another key, of one of "
                .. "%s"):format(use.quote(r.name), s.relation)
        end
    end
    return table.concat(list)
end

-- What a person has to say before anything is done.
local function questions(s, use)
    local w, names = use.words, use.names(leaving.names(s.moved, "there"))
    local blocks = {
        w.gate(use.id("old code does not mind rows of %s", s.d.name)) {
            why = ("old code knows %s, too: it may find rows there that it did not insert, so that an INSERT in "
                .. "another transaction than that into %s needs ON CONFLICT; and with a row that it deletes there the "
                .. "values of %s go%s"):format(s.into, s.relation, names, in_the_way(s, use)),
            w.approval(use.id("old code gets along with rows of %s that zdm makes", s.into)),
        },
    }
    local wider = rights.wider(s.t, leaving.names(s.moved, "here"), s.d)
    if #wider > 0 then
        blocks[2] = w.gate(use.id("who may use %s of %s", names, s.d.name)) {
            why = ("these may use %s, and not the same of %s: %s"):format(s.into, s.relation,
                table.concat(wider, ", ")),
            w.approval(use.id("these may use them there, and not here: %s", table.concat(wider, ", "))),
        }
    end
    for _, block in ipairs(published.columns(s.d, leaving.names(s.moved, "there"), use)) do
        blocks[#blocks + 1] = block
    end
    return blocks
end

--- s: of move_able.of(); retain: a text.
function move.blocks(s, retain, use)
    local w, blocks, first, last = use.words, questions(s, use), {}, {}
    local t, d = s.t, s.d
    for _, m in ipairs(s.moved) do
        if m.c.not_null or t:not_null_of(m.here) then
            for _, step in ipairs(use.may_be_null(t, m.c, use.id("%s.%s may be left out", t.name, m.here))) do
                first[#first + 1] = step
            end
        end
    end
    local up, down, copy = move_rows.triggers(s, use)
    local set_same, drop_same = defaults(s, use, true)
    local set_other, drop_other = defaults(s, use, false)
    local for_owner = { { name = copy } }
    first[#first + 1] = add_columns(s, use)
    first[#first + 1] = try(s, use)
    -- The table for the copy never has rows: nothing is lost with it.
    first[#first + 1] = use.more(use.only_for(use.sql(use.id("%s and %s in step", t.name, d.name), up .. set_same,
        { undo = drop_same .. down }), for_owner), { keeps = true })
    last[1] = use.more(use.sql(use.id("%s and %s apart", t.name, d.name), down .. set_other,
        { undo = drop_other .. up }), { undo_behind = rights.others(for_owner), keeps = true })
    local keys, copied, here = {}, {}, use.names(leaving.names(s.moved, "here"))
    for i, pair in ipairs(s.keys) do
        keys[i], copied[use.quote(pair.there)] = use.quote(pair.here), use.quote(pair.here)
    end
    for _, m in ipairs(s.moved) do
        last[#last + 1] = w.drop_column { table = t.relation, column = use.quote(m.here), retain = retain }
    end
    blocks[#blocks + 1] = w.expand(first)
    blocks[#blocks + 1] = w.backfill(use.id("copy %s to %s", here, d.name)) {
        table = t.relation,
        key = keys,
        where = move_rows.given(s, ""),
        copy = { into = copy, columns = copied, on_conflict = "nothing" },
        verify = false, -- the gate looks at every row
        why = ("each row passes through %s, which keeps none: so it counts none, either"):format(copy),
    }
    local steps = built(s, use)
    if #steps > 0 then
        blocks[#blocks + 1] = w.expand(steps)
    end
    blocks[#blocks + 1] = w.gate(use.id("nobody uses %s of %s", here, t.name)) {
        w.sql "both tables agree in every row"(leaving.compare(s)),
        w.approval(use.id("old code is gone: nobody uses %s of %s", here, t.name)),
    }
    -- Old code may insert a row over there that has no value yet.
    for _, m in ipairs(s.moved) do
        for _, block in ipairs(m.c.not_null and use.not_null(d, m.there, nil, nil, m.c) or {}) do
            blocks[#blocks + 1] = block
        end
    end
    table.move(published.set_aside(t, leaving.names(s.moved, "here"), use), 1, 1, #blocks + 1, blocks)
    blocks[#blocks + 1] = w.contract(last)
    return blocks
end

return move
