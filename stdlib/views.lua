--- Views that are made anew around a change of the columns they read; else they would keep the old columns.

local views = {}

-- Do these lists have a name in common?
local function meet(list, names)
    for _, name in ipairs(list or {}) do
        if names[name] then
            return true
        end
    end
    return false
end

-- All that read one of the columns, { [relation] = view }, with those that read these views.
local function gather(tables, spared)
    local found = {}
    local function add(view, t)
        local known = found[view.relation]
        if not known then
            found[view.relation] = { view = view, reads = {} }
            known = found[view.relation]
            view.given_to_new = t.given_to_new
        end
        for _, relation in ipairs(view.reads or {}) do
            known.reads[relation] = true
        end
    end
    local grown = true
    while grown do
        grown = false
        for _, entry in ipairs(tables) do
            for _, view in ipairs(entry.t.views or {}) do
                local reads = meet(view.of_columns, entry.names) or meet(view.reads, found)
                if reads and not found[view.relation] and not spared(view.relation) then
                    grown = true
                    add(view, entry.t)
                end
            end
        end
    end
    for _, entry in ipairs(tables) do -- what a view reads by the way of another table
        for _, view in ipairs(entry.t.views or {}) do
            if found[view.relation] then
                add(view, entry.t)
            end
        end
    end
    return found
end

--- Of tables { t, names = { [column] = anything } }: the views to be made anew, each before those that read it.
--- `spared` says of a view's relation whether it is left alone.
function views.of(tables, spared)
    local found, list, done = gather(tables, spared), {}, {}
    local names = {}
    for relation in next, found do
        names[#names + 1] = relation
    end
    table.sort(names)
    local function put(relation)
        local one = found[relation]
        if not one or done[relation] then
            return
        end
        done[relation] = true
        for _, other in ipairs(names) do
            if one.reads[other] then
                put(other)
            end
        end
        list[#list + 1] = one.view
    end
    for _, relation in ipairs(names) do
        put(relation)
    end
    return list
end

-- Which of the names that recipes share has the views that an earlier one of the plan made read another column.
local followers = "views that follow a column"

--- A view reads another column from now on: what is known of it is no longer so.
function views.followed(view, use)
    local list = use.notes(followers)
    list[#list + 1] = view.relation
end

--- Views that an earlier recipe of the plan made read another column, as texts into `list`.
function views.in_the_way_of_plan(found, use, list)
    for _, view in ipairs(found) do
        if use.contains(use.notes(followers), view.relation) then
            list[#list + 1] = ("view %s, which an earlier recipe of the plan lets read another column: that needs a "
                .. "plan of its own"):format(view.relation)
        end
    end
end

--- Does it give columns of the table names by their places, as in FROM t AS x (a, b)? Then it goes on to read the old
--- one, whatever that is called.
function views.by_place(view, relation)
    local definition, from = view.definition, 1
    while true do
        local _, stop = definition:find(relation .. " ", from, true)
        if not stop then
            return false
        elseif definition:find('^"[^"]*"%(', stop + 1) or definition:find("^[%w_$\128-\255]+%(", stop + 1) then
            return true
        end
        from = stop + 1
    end
end

--- What hangs on them and would be lost, as texts into `list`.
function views.in_the_way(found, list)
    for _, view in ipairs(found) do
        for _, what in ipairs(view.hanging or {}) do
            list[#list + 1] = ("%s, of the view %s"):format(what, view.relation)
        end
    end
end

-- Definitions are compared without casts and brackets, which are other ones where an earlier recipe of the plan changed
-- another type that the view reads; nor with names behind AS, which go where a cast goes.
local casts = [=['[[:space:]]AS[[:space:]]+("([^"]|"")*"|[a-z_][a-z0-9_$]*)|]=]
    .. [=[::[a-z_]+( varying| precision)?([(][0-9, ]+[)])?( with(out)? time zone)?|[][(){}[:space:];]', '', 'g']=]

--- SQL of a view's definition, to be compared.
function views.compared(definition)
    return ("pg_catalog.regexp_replace(%s, %s)"):format(definition, casts)
end

-- What is said of the views now; of rights only who has them, for who gave them is lost anyway.
local as_it_is = [[
  SELECT c.oid::pg_catalog.regclass::pg_catalog.text AS view, x.what, x.said
    FROM pg_catalog.pg_class AS c,
         LATERAL (
           SELECT 'definition' AS what, <definition> AS said
           UNION ALL SELECT 'options', (SELECT pg_catalog.string_agg(o, ', ') FROM pg_catalog.unnest(c.reloptions) AS o)
           UNION ALL SELECT 'owner', pg_catalog.pg_get_userbyid(c.relowner)
           UNION ALL SELECT 'comment', pg_catalog.obj_description(c.oid, 'pg_class')
           UNION ALL SELECT 'right', pg_catalog.concat_ws(' ', g.privilege_type, g.is_grantable,
                            g.grantee::pg_catalog.regrole)
             FROM pg_catalog.aclexplode(c.relacl) AS g WHERE g.grantee <> c.relowner
           UNION ALL SELECT 'column ' || a.attname, pg_catalog.concat_ws(E'\n', a.attname,
                            <default>, pg_catalog.col_description(c.oid, a.attnum))
             FROM pg_catalog.pg_attribute AS a
             LEFT JOIN pg_catalog.pg_attrdef AS f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
            WHERE a.attrelid = c.oid AND a.attnum > 0
           UNION ALL SELECT 'right on ' || a.attname, pg_catalog.concat_ws(' ', g.privilege_type, g.is_grantable,
                            g.grantee::pg_catalog.regrole)
             FROM pg_catalog.pg_attribute AS a, pg_catalog.aclexplode(a.attacl) AS g
            WHERE a.attrelid = c.oid AND a.attnum > 0
         ) AS x
   WHERE c.relkind = 'v' AND c.oid = ANY (ARRAY[<views>]::pg_catalog.regclass[]::pg_catalog.oid[])
     AND x.said IS NOT NULL<some>]]

--- A query for what is not as it was when the plan began, of which one row says: NULL, or text. `behind`: the views
--- have other definitions and defaults by then, as the server spells them for the new types, which nobody knows
--- beforehand; or a function that makes SQL of what is compared out of SQL of a definition.
function views.changed(found, use, behind)
    local said, names = {}, {}
    local as = type(behind) == "function" and behind or function(definition)
        return definition
    end
    behind = behind and type(behind) ~= "function"
    for i, view in ipairs(found) do
        local function add(what, ...)
            said[#said + 1] = ("(%s, %s, pg_catalog.concat_ws(%s))"):format(use.literal(view.relation),
                use.literal(what), table.concat({ ... }, ", "))
        end
        local function rights(what, grants)
            for _, g in ipairs(grants or {}) do
                add(what, "' '", use.literal(g.privilege), g.grantable and "true" or "false",
                    g.role and ("(SELECT r.oid::pg_catalog.regrole FROM pg_catalog.pg_roles AS r WHERE r.rolname = %s)")
                        :format(use.literal(g.role)) or "0::pg_catalog.regrole")
            end
        end
        local function text(value)
            return value and use.literal(value) or "NULL"
        end
        names[i] = "pg_catalog.to_regclass(" .. use.literal(view.relation) .. ")"
        if not behind then
            add("definition", "''", views.compared(as(use.literal(view.definition))))
        end
        for _, what in ipairs { "options", "owner", "comment" } do
            if view[what] then
                add(what, "''", text(view[what]))
            end
        end
        rights("right", view.grants)
        for _, c in ipairs(view.columns) do
            add("column " .. c.name, "E'\\n'", text(c.name), text(not behind and c.default), text(c.comment))
            rights("right on " .. c.name, c.grants)
        end
    end
    local now = as_it_is:gsub("<(%a+)>", {
        views = table.concat(names, ", "),
        definition = views.compared(as "pg_catalog.pg_get_viewdef(c.oid)"),
        default = behind and "NULL" or "pg_catalog.pg_get_expr(f.adbin, f.adrelid)",
        some = behind and "\n     AND x.what <> 'definition'" or "",
    })
    -- Names and definitions are spelt as they were in the description, whatever the search_path.
    return ([[
SELECT CASE WHEN pg_catalog.set_config('search_path', o.path, true) IS NOT NULL THEN c.list END
  FROM (SELECT pg_catalog.current_setting('search_path') AS path OFFSET 0) AS o,
       LATERAL (SELECT CASE WHEN pg_catalog.set_config('search_path', pg_catalog.left(o.path, 0) || 'pg_catalog',
                                                       true) <> ''
                       THEN (WITH now AS (
%s
                             ), said (view, what, said) AS (VALUES
%s
                             )
                             SELECT pg_catalog.string_agg(DISTINCT n.view || ': ' || n.what, ', ')
                               FROM ((TABLE now EXCEPT TABLE said) UNION ALL (TABLE said EXCEPT TABLE now)) AS n)
                       END AS list OFFSET 0) AS c]]):format(now, table.concat(said, ",\n"))
end

--- Statements that lock views before their tables, as a query does: else each would wait for the other.
function views.lock(found, use, out)
    for _, view in ipairs(found) do
        out[#out + 1] = ("ALTER VIEW %s OWNER TO %s"):format(view.relation, use.quote(view.owner))
    end
end

--- Statements that say views again: they read what has the names now. Owner, rights, comments and their readers stay.
function views.again(found, out)
    for _, view in ipairs(found) do
        out[#out + 1] = ("CREATE OR REPLACE VIEW %s%s AS\n%s"):format(view.relation,
            view.options and (" WITH (%s)"):format(view.options) or "", view.definition)
    end
end

--- Statements that drop them; the outermost first, which is also how a query locks them.
function views.drop(found)
    local out = {}
    for i = #found, 1, -1 do
        out[#out + 1] = "DROP VIEW " .. found[i].relation
    end
    return table.concat(out, ";\n")
end

--- Statements that make them as they were: options, owner, rights, defaults and comments.
function views.make(found, use)
    local out = {}
    for _, view in ipairs(found) do
        local relation = view.relation
        out[#out + 1] = ("CREATE VIEW %s%s AS\n%s"):format(relation,
            view.options and (" WITH (%s)"):format(view.options) or "", view.definition)
        local rights = {
            owner = view.owner,
            given_to_new = view.given_to_new,
            grants = view.grants or {},
            columns = view.columns,
        }
        for _, right in ipairs(use.privileges(rights, relation)) do
            out[#out + 1] = right
        end
        if view.comment then
            out[#out + 1] = ("COMMENT ON VIEW %s IS %s"):format(relation, use.literal(view.comment))
        end
        for _, c in ipairs(view.columns) do
            if c.default then
                out[#out + 1] = ("ALTER VIEW %s ALTER COLUMN %s SET DEFAULT %s"):format(relation, use.quote(c.name),
                    c.default)
            end
            if c.comment then
                out[#out + 1] = ("COMMENT ON COLUMN %s.%s IS %s"):format(
                    relation, use.quote(c.name), use.literal(c.comment))
            end
        end
    end
    return table.concat(out, ";\n")
end

return views
