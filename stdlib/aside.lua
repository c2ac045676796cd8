--- The SQL behind retain: a table or column gets another name, and is dropped later.
--
-- What stands in a step beside its SQL is asked of the catalog when the step runs: `recall` for the undo
-- as it must be then, which goes into the journal with the step; `behind` for what is to run behind the
-- step's own SQL. `undo_unless` are queries that say why the step cannot be taken back, or NULL.

local native = require "native"
local sync = require "sync"

local aside = {}

--- "users" -> "zdm_aside_1a2b3c4d_users": 63 bytes at most, and another one for each plan, so that a column
-- may be set aside while an older one of its name still is. what: "aside", "kept".
function aside.name_for(what, plan, ...)
    local name = select(select("#", ...), ...)
    local hash = native.sha256(table.concat({ plan, ... }, "\0")):sub(1, 8)
    return ("zdm_%s_%s_%s"):format(what, hash, sync.trim(name, 44))
end

--- What drop_column calls a column while it is set aside; all names are bare.
function aside.name_of_column(plan, schema, name, column)
    return aside.name_for("aside", plan, schema or "", name, column)
end

--- A query from `text`, whose <name> are parts[name], <'name'> the same as literals.
local function query(text, parts)
    return (text:gsub("<('?)([%w_]+)'?>", function(quote, name)
        return quote == "" and parts[name] or native.quote_literal(parts[name])
    end))
end

aside.query = query

local function note(parts)
    local until_when = parts.retain
            and query([[
pg_catalog.to_char((pg_catalog.now() + <'retain'>::pg_catalog.interval) AT TIME ZONE 'UTC',
            'YYYY-MM-DD HH24:MI:SS" UTC is over"')]], parts)
        or "'its values are copied'"
    return query([[
SELECT pg_catalog.format('COMMENT ON %s IS %L', <'what'>,
    pg_catalog.format('zdm: %s, set aside by %s at %s UTC in the plan %s; it is dropped when %s',
        <'was'>, session_user,
        pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), <'plan'>,
        ]] .. until_when .. "))", parts)
end

local function lines(list)
    return table.concat(list, "\n")
end

-- Before PostgreSQL 15 a field of an interval holds 31 bits.
local function interval(ms)
    return ms <= 0x7FFFFFFF and ms .. " ms" or ms // 1000 .. " s"
end

--- What is known of a column before the plan is put together: s as of sync.resolve, the column's name; ms nil: it is
-- dropped as soon as its values are copied.
function aside.column(plan, s, column, ms)
    local a = {
        plan = plan,
        relation = s.relation,
        column = column,
        aside = aside.name_of_column(plan, s.schema, s.name, column),
        retain = ms and interval(ms),
    }
    a.old, a.new = native.quote_ident(column), native.quote_ident(a.aside)
    a.was = a.relation .. "." .. a.old
    a.what = ("COLUMN %s.%s"):format(a.relation, a.new)
    a.filled = native.quote_ident(aside.name_for("aside", plan, s.schema or "", s.name, column, "not_null"))
    return a
end

-- What an INSERT that leaves the column out would fail at, beside NOT NULL: nobody can drop that for it.
local function column_requires(a, at)
    local where = query([[
  FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = pg_catalog.to_regclass(<'relation'>)
   AND a.attnum > 0
   AND a.attname = <'column'>]], a)
    local function holds(text, message, hint)
        local parts = { where = where, relation = a.relation, column = a.column }
        return { sql = { text = query(text, parts), line = at.line }, message = message, hint = hint, early = true }
    end
    local list = {
        holds(
            "SELECT pg_catalog.count(*) = 1<where>",
            ("table %s has no column %s"):format(a.relation, a.old),
            "check the names of the table and the column"
        ),
    }
    list[1].early = nil -- a step before may make it
    list[2] = holds([[
SELECT NOT EXISTS (SELECT<where>
   AND (a.attidentity <> '' OR EXISTS (
       SELECT FROM pg_catalog.pg_index AS i
        WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey::pg_catalog.int2[]))))]],
        ("column %s is of the primary key, or an identity: it cannot be set aside"):format(a.was),
        "its NOT NULL cannot be dropped, so that INSERTs which leave it out would fail: drop the primary key or "
            .. "the identity in a step before"
    )
    list[3] = holds([[
SELECT NOT EXISTS (SELECT<where>
   AND (EXISTS (
       SELECT FROM pg_catalog.pg_constraint AS c
        WHERE c.conrelid = a.attrelid AND c.contype = 'c' AND a.attnum = ANY (c.conkey)
          AND pg_catalog.pg_get_expr(c.conbin, c.conrelid) LIKE '%IS NOT NULL%')
       OR EXISTS (SELECT FROM pg_catalog.pg_type AS t WHERE t.oid = a.atttypid AND t.typnotnull)))]],
        ("a CHECK, or the domain, of %s refuses NULL: rows that leave it out would fail"):format(a.was),
        "drop the constraint in a step before"
    )
    list[4] = holds([[
SELECT NOT EXISTS (SELECT<where>
   AND a.attnotnull
   AND EXISTS (SELECT FROM pg_catalog.pg_index AS i
                WHERE i.indrelid = a.attrelid AND i.indisreplident AND a.attnum = ANY (i.indkey::pg_catalog.int2[])))]],
        ("column %s is of the replica identity, whose columns have to be NOT NULL"):format(a.was),
        ("give the table another one in a step before: ALTER TABLE %s REPLICA IDENTITY ..."):format(a.relation)
    )
    -- A function that gives another value each time says so: it is volatile.
    list[5] = holds([[
SELECT NOT EXISTS (SELECT
  FROM pg_catalog.pg_attrdef AS d, pg_catalog.pg_index AS i, pg_catalog.pg_attribute AS a
 WHERE a.attrelid = pg_catalog.to_regclass(<'relation'>) AND a.attnum > 0 AND a.attname = <'column'>
   AND d.adrelid = a.attrelid AND d.adnum = a.attnum
   AND i.indrelid = a.attrelid AND i.indisunique AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc AS p
                    WHERE p.provolatile = 'v'
                      AND pg_catalog.strpos(pg_catalog.pg_get_expr(d.adbin, d.adrelid), p.proname || '(') > 0))]],
        ("column %s is unique, and its DEFAULT always the same: the second INSERT without it would fail"):format(a.was),
        ("drop the default in a step before: ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT"):format(a.relation, a.old)
    )
    return list
end

-- A trigger function that names a field of NEW or OLD fails from the moment when there is none.
local function triggers_do_without(a, at)
    local field = a.column:gsub("[^%w_\128-\255]", "\\%0")
    return {
        sql = {
            text = query([[
SELECT NOT EXISTS (
    SELECT FROM pg_catalog.pg_trigger AS t
      JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
     WHERE (t.tgrelid = pg_catalog.to_regclass(<'relation'>)
            OR t.tgrelid IN (SELECT f.relid
                               FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(<'relation'>)) AS f))
       AND NOT t.tgisinternal AND t.tgenabled <> 'D'
       AND p.pronamespace IS DISTINCT FROM pg_catalog.to_regnamespace('zdm')::pg_catalog.oid
       AND p.prosrc ~* <'pattern'>)]], {
                relation = a.relation,
                pattern = "\\m(new|old)\\s*\\.\\s*\"?" .. field .. '("|\\M)',
            }),
            line = at.line,
        },
        message = ("a trigger function of table %s uses NEW.%s or OLD.%s: every write would fail"):format(
            a.relation,
            a.old,
            a.old
        ),
        hint = "let the function do without the column, or drop its trigger, in a step before",
        early = true,
    }
end

local was_not_null = [[
EXISTS (SELECT FROM zdm.journal AS j
         WHERE j.plan = <'plan'> AND j.step = <'nullable'> AND j.item = '' AND j.state = 'done'
           AND j.detail ->> 'undo' <> '')]]

--- A condition: was it NOT NULL when `nullable` ran?
function aside.was_not_null(a)
    return query(was_not_null, a)
end

-- Those whose values are kept in a.side get them before.
local function without_values(a)
    return query([[
SELECT pg_catalog.format('%s of %s without a value of %s, which was NOT NULL; they need one first:'
           ' UPDATE %2$s SET %4$s = ... WHERE %4$s IS NULL',
           CASE n.n WHEN 1 THEN '1 row' WHEN 10001 THEN 'more than 10,000 rows' ELSE n.n || ' rows' END,
           <'relation'>, <'old'>, <'new'>)
  FROM (SELECT pg_catalog.count(*)
          FROM (SELECT FROM <relation> WHERE <new> IS NOT DISTINCT FROM NULL LIMIT 10001) AS r) AS n(n)
 WHERE n.n > 0
   AND ]] .. (a.side and "pg_catalog.to_regclass(<'side'>) IS NULL AND " or "") .. was_not_null, a)
end

--- Before a column that nothing writes any more: rows without it must be possible.
function aside.nullable(a, id, at)
    local up = ("ALTER TABLE %s ALTER COLUMN %s DROP NOT NULL"):format(a.relation, a.old)
    local validate = ("ALTER TABLE %s VALIDATE CONSTRAINT %s;"):format(a.relation, a.filled)
    local behind = lines {
        ("ALTER TABLE %s ALTER COLUMN %s SET NOT NULL;"):format(a.relation, a.old),
        ("ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s;"):format(a.relation, a.filled),
    }
    local undo = lines { validate, behind }
    a.nullable = id
    a.put_back = undo
    local add = ("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s IS DISTINCT FROM NULL) NOT VALID;"):format(
        a.relation,
        a.filled,
        a.old
    )
    return {
        kind = "sql",
        id = id,
        up = { text = up .. ";", line = at.line },
        undo = { text = undo, line = at.line },
        undo_derived = true,
        requires = column_requires(a, at),
        recall = query([[
SELECT CASE WHEN a.attnotnull THEN <'put_back'> END
  FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = pg_catalog.to_regclass(<'relation'>) AND a.attname = <'column'>]], a),
        -- Killed in between the column was never set aside, so that it has no constraint yet.
        undo_before = query([[
SELECT <'add'>
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint
                    WHERE conrelid = <'relation'>::pg_catalog.regclass AND conname = <'filled'>)]], {
            add = add,
            relation = a.relation,
            filled = native.identifier(a.filled),
        }),
        undo_unless = { without_values(a) },
    }
end

--- The step that sets a column aside; syncs: statements that end and begin syncs, around it and around its
--- undo.
function aside.set_column(a, id, at, syncs)
    local rename = "ALTER TABLE %s RENAME COLUMN %s TO %s;"
    local add = ("\nALTER TABLE %s ADD CONSTRAINT %s CHECK (%s IS DISTINCT FROM NULL) NOT VALID;"):format(
        a.relation,
        a.filled,
        a.old
    )
    local up, undo = syncs.ends, syncs.undo_ends
    if a.nullable then
        up[#up + 1] = ("ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s;"):format(a.relation, a.filled)
    end
    up[#up + 1] = rename:format(a.relation, a.old, a.new)
    undo[#undo + 1] = rename:format(a.relation, a.new, a.old)
    table.move(syncs.begins, 1, #syncs.begins, #up + 1, up)
    table.move(syncs.undo_begins, 1, #syncs.undo_begins, #undo + 1, undo)
    a.undo, a.add, a.comment = lines(undo), add, ("\nCOMMENT ON COLUMN %s IS "):format(a.was)
    a.said = ("table %s has another column %s now"):format(a.relation, a.old)
    return {
        kind = "sql",
        id = id,
        up = { text = lines(up), line = at.line },
        undo = { text = a.undo, line = at.line },
        undo_derived = true,
        requires = { triggers_do_without(a, at) },
        recall = query([[
SELECT pg_catalog.concat(<'undo'>, <'comment'>,
           COALESCE(pg_catalog.quote_literal(pg_catalog.col_description(a.attrelid, a.attnum)), 'NULL'), ';']]
            .. (a.nullable and ",\n           CASE WHEN " .. was_not_null .. " THEN <'add'> END" or "")
            .. [[)
  FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = pg_catalog.to_regclass(<'relation'>) AND a.attname = <'column'>]], a),
        behind = note(a),
        undo_unless = {
            query([[
SELECT <'said'>
  FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = pg_catalog.to_regclass(<'relation'>) AND a.attname = <'column'>]], a),
        },
    }
end

--- A table, as a column above.
function aside.table(plan, s, ms)
    local a = { plan = plan, name = s.name, was = s.relation, retain = interval(ms) }
    a.aside = aside.name_for("aside", plan, s.schema or "", s.name)
    a.old = native.quote_ident(s.name)
    a.relation = native.quote_qualified(s.schema, a.aside)
    a.what = "TABLE " .. a.relation
    return a
end

--- The step that sets a table aside.
function aside.set_table(a, id, at)
    local rename = "ALTER TABLE %s RENAME TO %s;"
    a.undo = rename:format(a.relation, a.old)
    a.comment = ("\nCOMMENT ON TABLE %s IS "):format(a.was)
    a.said = ("there is another %s now"):format(a.was)
    return {
        kind = "sql",
        id = id,
        up = { text = rename:format(a.was, native.quote_ident(a.aside)), line = at.line },
        undo = { text = a.undo, line = at.line },
        undo_derived = true,
        recall = query([[
SELECT pg_catalog.concat(<'undo'>, <'comment'>,
           COALESCE(pg_catalog.quote_literal(pg_catalog.obj_description(c.oid, 'pg_class')), 'NULL'), ';')
  FROM pg_catalog.pg_class AS c
 WHERE c.oid = pg_catalog.to_regclass(<'was'>)]], a),
        behind = note(a),
        undo_unless = {
            query([[
SELECT <'said'>
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_class AS o ON o.relnamespace = c.relnamespace
 WHERE c.oid = pg_catalog.to_regclass(<'relation'>) AND o.relname = <'name'>]], a),
        },
    }
end

--- Holds the plan until it was aside for so long.
function aside.gate(id, since, ms)
    local check = { kind = "soak", id = "soak", ms = ms, options = { { name = "since", value = since } } }
    return { kind = "gate", phase = "gate", id = id, checks = { check } }
end

return aside
