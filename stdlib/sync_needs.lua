--- What must hold on the server before a sync starts.

local native = require "native"
local sync_beside = require "sync_beside"

local sync_needs = {}

-- What tgargs holds for a name.
local function as_argument(name)
    return ("pg_catalog.encode(pg_catalog.convert_to(%s, pg_catalog.getdatabaseencoding()), 'escape')"):format(
        native.quote_literal(name)
    )
end

local function alone(s)
    return {
        sql = (([[
SELECT pg_catalog.count(*) = 0
  FROM pg_catalog.pg_trigger AS g,
       pg_catalog.string_to_array(pg_catalog.encode(g.tgargs, 'escape'), '\000') AS a
 WHERE g.tgrelid = pg_catalog.to_regclass(<relation>)
   AND g.tgname LIKE 'zzz\_zdm\_sync\_%'
   AND g.tgname NOT IN (<trigger>, <trigger_new>)
   AND (a[2] IN (<from>, <to>) OR a[1] = <to> OR a[1] = <from> AND (<plain> OR a[3] = ''))]])
            :gsub("<([%w_]+)>", {
                relation = native.quote_literal(s.relation),
                trigger = native.quote_literal(s.trigger),
                trigger_new = native.quote_literal(s.trigger .. "_new"),
                from = as_argument(s.from),
                to = as_argument(s.to),
                plain = tostring(not s.down),
            })),
        message = ("another sync of %s has the column %s or %s: %s"):format(
            s.relation,
            native.quote_ident(s.from),
            native.quote_ident(s.to),
            sync_beside.conflict
        ),
        hint = sync_beside.conflict_hint,
    }
end

-- A trigger of the author that fires behind and sets one of the columns: the other side would not get that. Seen where
-- its function says it in plpgsql; of any other the gate sees that the sides differ.
local function nothing_sets_behind(s)
    local names = {}
    for i, column in ipairs { s.to, table.unpack(s.sources) } do
        names[i] = column:gsub("[^%w_\128-\255]", "\\%0")
    end
    local column = ("\\mnew\\s*\\.\\s*\"?(%s)\"?"):format(table.concat(names, "|"))
    return {
        sql = (([[
SELECT pg_catalog.count(*) = 0,
       pg_catalog.string_agg(pg_catalog.format('trigger %I of %s, function %s', g.tgname,
           g.tgrelid::pg_catalog.regclass, g.tgfoid::pg_catalog.regprocedure), ', ' ORDER BY g.tgname)
  FROM pg_catalog.pg_trigger AS g
  JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
  JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
 WHERE (g.tgrelid = pg_catalog.to_regclass(<relation>)
        OR g.tgrelid IN (SELECT f.relid
                           FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(<relation>)) AS f))
   AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
   AND g.tgtype & 67 = 3 -- BEFORE, FOR EACH ROW
   AND g.tgname > <trigger>
   AND p.pronamespace IS DISTINCT FROM pg_catalog.to_regnamespace('zdm')::pg_catalog.oid
   AND l.lanname = 'plpgsql'
   AND p.prosrc ~* <sets>]]):gsub("<([%w_]+)>", {
                relation = native.quote_literal(s.relation),
                trigger = native.quote_literal(s.trigger),
                sets = native.quote_literal(column .. "\\s*:=|(;|\\m(begin|then|else|loop|into|strict))\\s*" .. column
                    .. "\\s*(=|;|,|\\mfrom\\M)"),
            })),
        message = ("a trigger that fires behind the sync of %s and %s sets one of them: the other would not get that")
            :format(native.quote_ident(s.from), native.quote_ident(s.to)),
        hint = ("triggers fire in the order of their names: ALTER TRIGGER ... ON %s RENAME TO ..., to a name before "
            .. '"zzz"'):format(s.relation),
        early = true,
    }
end

--- What must hold before it starts; `made`: the step makes the column `to` itself.
function sync_needs.requires(s, made)
    local where = ([[
SELECT pg_catalog.count(*) = 1
  FROM pg_catalog.pg_attribute AS a
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
 WHERE a.attrelid = pg_catalog.to_regclass(%s)
   AND a.attnum > 0
   AND a.attname = ]]):format(native.quote_literal(s.relation))
    local function exists(column, hint)
        return {
            sql = where .. native.quote_literal(column),
            message = ("table %s has no column %s"):format(s.relation, native.quote_ident(column)),
            hint = hint,
        }
    end
    local from, to = native.quote_ident(s.from), native.quote_ident(s.to)
    local list = {
        exists(s.from, "sync copies between two columns that exist: check the names of the table and the column"),
        {
            sql = where .. native.quote_literal(s.from) .. "\n   AND a.attgenerated = ''",
            message = ("column %s of %s is generated: sync cannot write it"):format(from, s.relation),
            hint = "compute the new column from the columns that this one is generated from",
        },
    }
    if not made then
        table.insert(
            list,
            2,
            exists(s.to, ("add it in a step before the sync: ALTER TABLE %s ADD COLUMN %s ..."):format(s.relation, to))
        )
        list[4] = {
            sql = where .. native.quote_literal(s.to)
                .. "\n   AND NOT a.atthasdef AND a.attidentity = '' AND t.typdefault IS NULL",
            message = ("column %s of %s has a default, or is generated or an identity"):format(to, s.relation),
            hint = ("an INSERT that does not name %s must leave it NULL: ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT")
                :format(to, s.relation, to),
        }
    end
    local others = {}
    for column in next, s.uses do
        others[#others + 1] = column ~= s.from and column ~= s.to and column or nil
    end
    table.sort(others)
    for _, column in ipairs(others) do
        list[#list + 1] = {
            sql = ([[
SELECT pg_catalog.count(*) = 0
  FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = pg_catalog.to_regclass(%s)
   AND a.attname = %s
   AND (a.attnum < 0 OR a.attgenerated <> '')]]):format(
                native.quote_literal(s.relation),
                native.quote_literal(column)
            ),
            message = ("column %s of %s is generated or of the system: a trigger does not see its value"):format(
                native.quote_ident(column),
                s.relation
            ),
            hint = "write what it is computed from into up and down",
        }
    end
    list[#list + 1] = alone(s)
    list[#list + 1] = nothing_sets_behind(s)
    if not s.schema then
        -- The trigger's search_path is pinned; it must lead to this table.
        list[#list + 1] = {
            sql = ("SELECT pg_catalog.to_regclass(%s) = pg_catalog.to_regclass(%s)"):format(
                native.quote_literal(s.relation),
                native.quote_literal(native.quote_qualified("public", s.name))
            ),
            message = ("table %s is not in the schema public"):format(s.relation),
            hint = ("write it with its schema: SCHEMA.%s"):format(s.relation),
        }
    end
    return list
end

return sync_needs
