--- The steps behind keep_values: before a column that was set aside is dropped, its values are copied into a
-- table of their own, with the key of their rows. Nobody can write them any more by then, for nobody knows the
-- column's name.
--
-- Taken back, the drop adds the column under the name that it had aside, a backfill fills it, the table goes,
-- and only then the column gets its own name, and is NOT NULL again, as retain does it (aside.lua).

local aside = require "aside"
local errors = require "errors"
local fields = require "fields"
local native = require "native"
local published = require "published"
local rights = require "rights"
local sync = require "sync"
local validate = require "validate"

local kept = {}

local function plain(index)
    return index.valid and not index.predicate
end

-- Are these all columns of t that are NOT NULL, and is none the one that goes?
local function fit(t, names, column)
    local known = {}
    for _, c in ipairs(t.columns) do
        known[c.name] = c.not_null and c.name ~= column
    end
    for _, name in ipairs(names) do
        if not known[name] then
            return false
        end
    end
    return #names > 0
end

-- The columns by which a row is known: the primary key, else the narrowest unique index of NOT NULL columns.
local function key_of(t, column)
    local bare, best = {}, nil
    for _, c in ipairs(t.columns) do
        bare[native.quote_ident(c.name)] = c.name
    end
    local deferrable = {}
    for _, constraint in ipairs(t.constraints) do
        deferrable[constraint.index or ""] = constraint.deferrable
    end
    for _, index in ipairs(t.indexes) do
        local names = {}
        for i, text in ipairs(index.keys) do
            names[i] = bare[text] or ""
        end
        if index.unique and plain(index) and not deferrable[index.name] and fit(t, names, column) then
            if index.primary then
                return names
            elseif not best or #names < #best then
                best = names
            end
        end
    end
    return best
end

-- Why the values of the column cannot be kept, and what to do; nil: they can.
local function obstacle(t, c, name)
    local shown = t.relation .. "." .. native.quote_ident(name)
    if t.kind ~= "table" and t.kind ~= "partitioned table" then
        return ("%s is a %s"):format(t.relation, t.kind), "keep_values is for tables"
    elseif not c then
        return ("table %s has no column %s"):format(t.relation, native.quote_ident(name)),
            "it has to be there before the plan begins"
    elseif c.inherited then
        return ("column %s is inherited"):format(shown), "name the table from which it has the column"
    elseif t.partition_of then
        return ("%s is a partition"):format(t.relation), "name the partitioned table"
    elseif #t.children > 0 then
        return ("table %s has tables that inherit from it"):format(t.relation), "copy their values in steps of your own"
    elseif c.generated then
        return ("column %s is generated: its values can be computed again"):format(shown), "leave keep_values out"
    elseif c.identity or c.sequence then
        return ("column %s has a sequence of its own, which goes with it"):format(shown),
            "drop the identity, or give the sequence to nobody, in a step before: ALTER SEQUENCE ... OWNED BY NONE"
    elseif c.type_default then
        return ("column %s has a type with a default, which would fill it when it is added again"):format(shown),
            "copy its values in steps of your own"
    end
end

local function problem(at, message, hint)
    errors.add { line = at.line, key = "keep_values", message = message, hint = hint }
end

--- What is known of the column's table before the plan begins: nil when it cannot be (reported), or when there is
-- no target (the caller of the plan knows).
function kept.describe(plan, s, column, at)
    local d = native.describe(plan, s.relation)
    if d == false then
        return nil
    elseif not d then
        problem(at, ("there is no table %s"):format(s.relation),
            "keep_values reads the catalog: is it the right database, and the right search_path?")
        return nil
    end
    d.relation = native.quote_qualified(d.schema, d.name)
    local found
    for _, c in ipairs(d.columns) do
        found = c.name == column and c or found
    end
    local message, hint = obstacle(d, found, column)
    local by = not message and published.by(d, d.schema)
    if by then
        message = ("the publication %s would send the values to its subscribers: it takes every new table of schema %s")
            :format(by, native.quote_ident(d.schema))
        hint = "let it name its tables, or keep the column itself for a while: retain"
    end
    local key = not message and key_of(d, column)
    if not message and not key then
        message = ("table %s has no key but %s: nothing tells which value is of which row"):format(
            d.relation,
            native.quote_ident(column)
        )
        message = found and #d.indexes == 0
                and ("table %s has no key: nothing tells which value is of which row"):format(d.relation)
            or message
        hint = "give it a primary key, or a unique index of NOT NULL columns"
    end
    if message then
        problem(at, message, hint)
        return nil
    end
    return {
        table = d,
        column = found,
        key = key,
        side = native.quote_qualified(d.schema, aside.name_for("kept", plan, d.schema, d.name, column)),
    }
end

local function list(names, before)
    local quoted = {}
    for i, name in ipairs(names) do
        quoted[i] = (before or "") .. native.quote_ident(name)
    end
    return table.concat(quoted, ", ")
end

local function backfill(values, at)
    local def = fields.of "backfill"
    return validate.body(def, values, { line = at.line, label = "keep_values" })
end

-- What brings the column back under the name that it has aside, asked before it is dropped; and what went with
-- it and does not come back, under the name that the column had.
local function recall(parts)
    return aside.query([[
SELECT pg_catalog.concat_ws(E'\n',
           pg_catalog.format('ALTER TABLE %s ADD COLUMN %I %s%s;', <'relation'>, a.attname,
               pg_catalog.format_type(a.atttypid, a.atttypmod),
               CASE WHEN a.attcollation <> t.typcollation
                    THEN ' COLLATE ' || a.attcollation::pg_catalog.regcollation END),
           (SELECT pg_catalog.string_agg(pg_catalog.format('ALTER TABLE ONLY %s ALTER COLUMN %I SET DEFAULT %s;',
                       d.adrelid::pg_catalog.regclass, a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid)),
                       E'\n' ORDER BY d.adrelid)
              FROM (WITH RECURSIVE family(id) AS (
                        SELECT a.attrelid
                        UNION
                        SELECT i.inhrelid FROM family AS f JOIN pg_catalog.pg_inherits AS i ON i.inhparent = f.id)
                    SELECT id FROM family) AS f
              JOIN pg_catalog.pg_attribute AS own ON own.attrelid = f.id AND own.attname = a.attname
              JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = f.id AND d.adnum = own.attnum),
           CASE WHEN a.attstattarget >= 0
                THEN pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s;', <'relation'>, a.attname,
                         a.attstattarget) END,
           CASE WHEN a.attstorage <> t.typstorage
                THEN pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE %s;', <'relation'>, a.attname,
                         CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                                           WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) END,
           CASE WHEN a.attcompression <> ''
                THEN pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION %s;', <'relation'>, a.attname,
                         CASE a.attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END) END,
           (SELECT pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET (%s);', <'relation'>, a.attname,
                       pg_catalog.string_agg(o, ', ' ORDER BY o))
              FROM pg_catalog.unnest(a.attoptions) AS o
             WHERE o NOT LIKE 'pg\_attver=%'
            HAVING pg_catalog.count(*) > 0),
           (SELECT pg_catalog.string_agg(pg_catalog.format('GRANT %s (%I) ON %s TO %s%s;', g.privilege_type, a.attname,
                       <'relation'>, COALESCE(pg_catalog.quote_ident(r.rolname), 'PUBLIC'),
                       CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END),
                       E'\n' ORDER BY r.rolname, g.privilege_type)
              FROM pg_catalog.aclexplode(a.attacl) AS g
              LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee),
           pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L;', <'relation'>, a.attname,
               pg_catalog.col_description(a.attrelid, a.attnum))),
       (SELECT 'these went with the column and are not made again: '
                   || pg_catalog.string_agg(pg_catalog.replace(x.made, <'new'>, <'old'>), '; ' ORDER BY x.made)
          FROM (SELECT DISTINCT CASE d.classid
                           WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN pg_catalog.pg_get_indexdef(d.objid)
                           WHEN 'pg_catalog.pg_constraint'::pg_catalog.regclass THEN
                               (SELECT pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I %s', <'relation'>, k.conname,
                                           pg_catalog.pg_get_constraintdef(k.oid))
                                  FROM pg_catalog.pg_constraint AS k WHERE k.oid = d.objid)
                           ELSE pg_catalog.pg_get_statisticsobjdef(d.objid) END
                  FROM pg_catalog.pg_depend AS d
                 WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                   AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
                   AND (d.classid IN ('pg_catalog.pg_constraint'::pg_catalog.regclass,
                                      'pg_catalog.pg_statistic_ext'::pg_catalog.regclass)
                        OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                           AND EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = d.objid))) AS x(made))
  FROM pg_catalog.pg_attribute AS a
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
 WHERE a.attrelid = pg_catalog.to_regclass(<'relation'>) AND a.attname = <'aside'>]], parts)
end

--- The steps that keep the values and drop the column. a: as of aside.column; known: as of kept.describe;
-- shown: the column as the author wrote it; id: of the drop; keep: true, or ms.
function kept.steps(a, known, shown, id, keep, at)
    local t, key = known.table, known.key
    local side = known.side
    local first = sync.id_of("keep values", shown)
    local row = native.quote_ident(t.name)
    local kept_row = t.name == "zdm_kept" and "zdm_kept_1" or "zdm_kept"
    local same = {}
    for i, name in ipairs(key) do
        same[i] = ("%s.%s = %s.%s"):format(kept_row, native.quote_ident(name), row, native.quote_ident(name))
    end
    local default = known.column.default
    local p = {
        relation = t.relation,
        side = side,
        aside = a.aside,
        new = a.new,
        old = a.old,
        was = a.was,
        plan = a.plan,
        key = list(key),
        of_row = list(key, row .. "."),
        row = row,
        kept_row = kept_row,
        same = table.concat(same, " AND "),
        gets = default and "its default" or "no value",
        by_key = ("values are found by the key (%s) alone: a row that got the key of another one since gets its value")
            :format(list(key)),
    }
    local found = aside.query("SELECT FROM <side> AS <kept_row> WHERE <same>", p)
    local value = aside.query("(SELECT <kept_row>.<old> FROM <side> AS <kept_row> WHERE <same>)", p)
    p.without = aside.query("FROM <relation> AS <row> WHERE NOT EXISTS (" .. found .. ")", p)

    local create = aside.query([[
CREATE TABLE <side> AS SELECT <key>, <new> AS <old> FROM <relation> WITH NO DATA;
ALTER TABLE <side> ADD PRIMARY KEY (<key>);]], p)
    local revoke = rights.revoke(t, "table", side)
    create = revoke and ("%s\n%s;"):format(create, revoke) or create
    local steps = {}
    steps[1] = {
        kind = "sql",
        id = first,
        up = { text = create, line = at.line },
        undo = { text = ("DROP TABLE %s;"):format(side), line = at.line },
        undo_derived = true,
        keeps = true,
        behind = aside.query([[
SELECT pg_catalog.format('COMMENT ON TABLE %s IS %L', <'side'>,
    pg_catalog.format('zdm: the values of %s, kept by %s at %s UTC in the plan %s', <'was'>, session_user,
        pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), <'plan'>))
UNION ALL
]], p) .. rights.others { { name = side } },
    }

    local columns = { [a.old] = a.new }
    for _, name in ipairs(key) do
        columns[native.quote_ident(name)] = native.quote_ident(name)
    end
    local quoted = {}
    for i, name in ipairs(key) do
        quoted[i] = native.quote_ident(name)
    end
    steps[2] = {
        kind = "backfill",
        phase = "backfill",
        id = sync.id_of("copy values", shown),
        values = backfill({
            table = t.relation,
            copy = { into = side, columns = columns, on_conflict = "nothing" },
            key = quoted,
        }, at),
        back = {
            id = sync.id_of("fill in", shown),
            behind = id,
            tells = aside.query([[
SELECT pg_catalog.concat_ws('; ',
           CASE WHEN n.n > 0
                THEN pg_catalog.format('%s of %s came since the values of %s were copied: %s in there',
                         CASE n.n WHEN 1 THEN '1 row' WHEN 10001 THEN 'more than 10,000 rows' ELSE n.n || ' rows' END,
                         <'relation'>, <'was'>, <'gets'>) END,
           CASE WHEN m.n > 0
                THEN pg_catalog.format('%s no row any more: it was deleted, or has another key, and then its value is'
                         ' not found again', CASE m.n WHEN 1 THEN '1 value has' WHEN 10001 THEN
                         'more than 10,000 values have' ELSE m.n || ' values have' END) END,
           <'by_key'>)
  FROM (SELECT pg_catalog.count(*) FROM (SELECT <without> LIMIT 10001) AS r) AS n(n),
       (SELECT pg_catalog.count(*) FROM (SELECT FROM <side> AS <kept_row> WHERE NOT EXISTS (
            SELECT FROM <relation> AS <row> WHERE <same>) LIMIT 10001) AS r) AS m(n)]], p),
            values = backfill({
                table = t.relation,
                set = {
                    [a.new] = default and ("CASE WHEN EXISTS (%s) THEN %s ELSE %s END"):format(found, value, default)
                        or value,
                },
                -- IS NULL and IS NOT NULL look into the fields of a row; these do not.
                where = ("%s IS NOT DISTINCT FROM NULL AND %sEXISTS (%s AND %s.%s IS %sDISTINCT FROM NULL)"):format(
                    a.new,
                    default and "NOT " or "",
                    found,
                    kept_row,
                    a.old,
                    default and "NOT " or ""
                ),
                key = quoted,
            }, at),
        },
    }

    local unless = {
        aside.query([[
SELECT pg_catalog.format('its values are gone: there is no table %s any more', <'side'>)
 WHERE pg_catalog.to_regclass(<'side'>) IS NULL]], p),
        aside.query([[
SELECT pg_catalog.format('none of the values that %s keeps is of a row that %s still has: were its keys (%s) changed?',
           <'side'>, <'relation'>, <'key'>)
 WHERE EXISTS (SELECT FROM <side>) AND EXISTS (SELECT FROM <relation>)
   AND NOT EXISTS (SELECT FROM <side> AS <kept_row>, <relation> AS <row> WHERE <same>)]], p),
    }
    if not default then
        p.was_not_null = aside.was_not_null(a)
        unless[3] = aside.query([[
SELECT pg_catalog.format('%s of %s came since the values of %s were copied, which was NOT NULL and has no default; they'
           ' need values first: INSERT INTO %s (%s, %s) SELECT %s, ... %s',
           CASE n.n WHEN 1 THEN '1 row' WHEN 10001 THEN 'more than 10,000 rows' ELSE n.n || ' rows' END,
           <'relation'>, <'was'>, <'side'>, <'key'>, <'old'>, <'of_row'>, <'without'>)
  FROM (SELECT pg_catalog.count(*) FROM (SELECT <without> LIMIT 10001) AS r) AS n(n)
 WHERE n.n > 0
   AND <was_not_null>]], p)
    end
    steps[3] = {
        kind = "sql",
        id = id,
        up = { text = ("ALTER TABLE %s DROP COLUMN %s;"):format(t.relation, a.new), line = at.line },
        undo = {
            text = ("ALTER TABLE %s ADD COLUMN %s %s;"):format(t.relation, a.new, known.column.type),
            line = at.line,
        },
        undo_derived = true,
        recall = recall(p),
        undo_unless = unless,
        keeps = true,
        kept = side,
    }
    if keep ~= true then
        steps[4] = aside.gate(sync.id_of("keep", shown), id, keep)
        steps[5] = {
            kind = "sql",
            id = sync.id_of("drop kept values", shown),
            up = { text = ("DROP TABLE %s;"):format(side), line = at.line },
        }
    end
    return steps
end

return kept
