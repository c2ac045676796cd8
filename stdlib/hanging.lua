--- What hangs on a table from outside of its columns and follows when another takes its name: triggers,
--- policies, publications, views. A part of shadow.lua, which see. And whether table and all are as they were.
--
-- All of it moves in the one transaction of the swap. Before, the new table has row security without a policy, so that
-- who has a right on it sees nothing of it; nothing of it is published, and no trigger fires for rows that are copied
-- or mirrored. Behind it the same is true of the old one, but for its policies, which it keeps.

local viewed = require "views"

local hanging = {}

-- Of one kind, in a description that an older zdm may have made.
local function of(t, what)
    return t[what] or {}
end

-- The views that read the table itself; outermost first.
local function views(t)
    local list = {}
    for _, view in ipairs(of(t, "views")) do
        if view.of_table then
            list[#list + 1] = view
        end
    end
    return list
end

--- Is it one of a table's dependents that follows? Reasons against it are hanging.in_the_way()'s.
function hanging.follows(t, dependent)
    local kind = dependent.kind
    return kind == "view" or kind and dependent.own and t.triggers ~= nil or false
end

--- What does not, as texts; `want` as in shadow.lua.
function hanging.in_the_way(t, want, use, list)
    local function add(format, ...)
        list[#list + 1] = format:format(...)
    end
    local parts = want.partition_by
    for _, trigger in ipairs(of(t, "triggers")) do
        if trigger.of_zdm then
            add("trigger %s of another plan", trigger.name)
        elseif parts and trigger.enabled then
            add("trigger %s, which does not simply fire (%s)", trigger.name, trigger.enabled)
        elseif parts and trigger.each_row and trigger.transition then
            add("trigger %s, for each row and with a transition table", trigger.name)
        end
    end
    for _, publication in ipairs(of(t, "publications")) do
        if publication.whole then
            add("publication %s, which would send the second table as well", publication.name)
        elseif parts and not publication.via_root then
            add("publication %s, which would send partitions (publish_via_partition_root is off)", publication.name)
        end
    end
    for _, view in ipairs(views(t)) do
        if view.needs_key and want.key then
            add("view %s, which groups by the old key", view.relation)
        end
    end
    viewed.in_the_way_of_plan(views(t), use, list)
end

--- What the name of a trigger for each row begins with that fires before the author's: these may write rows that refer
--- to the one just written, and the other table has to have it by then. Foreign keys are checked before it where that
--- is possible, so that whoever violates one reads of the table he knows.
function hanging.first_trigger(t)
    for _, trigger in ipairs(of(t, "triggers")) do
        if trigger.name < "RI_a" then
            return " " -- before any other
        end
    end
    return "RI_"
end

-- A text in two, at the first place of another one.
local function cut(text, at)
    local start, stop = text:find(at, 1, true)
    return text:sub(1, start - 1), text:sub(stop + 1)
end

--- Statements for the new table while it is empty and nobody knows it.
function hanging.create(t, new, use, out)
    if t.row_security then
        out[#out + 1] = ("ALTER TABLE %s ENABLE ROW LEVEL SECURITY"):format(new)
    end
    if t.row_security_forced then
        out[#out + 1] = ("ALTER TABLE %s FORCE ROW LEVEL SECURITY"):format(new)
    end
    -- They come in the swap. One that the new table cannot have is found before its rows are copied.
    for _, trigger in ipairs(of(t, "triggers")) do
        local quoted = use.quote(trigger.name)
        local begins, at = trigger.definition:match("^(CREATE .-TRIGGER )()" )
        local behind = trigger.definition:sub(at + #quoted)
        local before, rest = cut(behind, " ON " .. t.relation .. " ")
        out[#out + 1] = ("%s%s%s ON %s %s"):format(begins, quoted, before, new, rest)
        out[#out + 1] = ("DROP TRIGGER %s ON %s"):format(quoted, new)
    end
end

--- What the first step requires, too: who copies has to see every row.
function hanging.requires(t, use, list)
    list[#list + 1] = t.row_security and {
        sql = {
            text = ("SELECT NOT pg_catalog.row_security_active(%s)"):format(use.literal(t.relation)),
            line = use.at.line,
        },
        message = ("row security hides rows of %s from this role"):format(t.relation),
        hint = "run the plan as the owner of the table, or as a role with BYPASSRLS",
    } or nil
    return list
end

--- Statements before the names change: what hangs on the table that has the name lets go of it.
function hanging.release(t, use, out, back)
    viewed.lock(views(t), use, out)
    for _, publication in ipairs(of(t, "publications")) do
        out[#out + 1] = ("ALTER PUBLICATION %s DROP TABLE %s"):format(use.quote(publication.name), t.relation)
    end
    for _, trigger in ipairs(of(t, "triggers")) do
        out[#out + 1] = ("DROP TRIGGER %s ON %s"):format(use.quote(trigger.name), t.relation)
    end
    for _, policy in ipairs(back and of(t, "policies") or {}) do
        out[#out + 1] = ("DROP POLICY %s ON %s"):format(use.quote(policy.name), t.relation)
    end
end

local function comment_on(kind, name, t, comment, use, out)
    if comment then
        out[#out + 1] = ("COMMENT ON %s %s ON %s IS %s"):format(kind, use.quote(name), t.relation, use.literal(comment))
    end
end

local function publish(t, publication, use)
    local columns = publication.columns and (" (%s)"):format(use.names(publication.columns)) or ""
    local filter = publication.filter and (" WHERE (%s)"):format(publication.filter) or ""
    return ("ALTER PUBLICATION %s ADD TABLE %s%s%s"):format(use.quote(publication.name), t.relation, columns, filter)
end

--- Statements when another table has the name: it gets what hung on the first.
function hanging.take(t, use, out, back)
    for _, trigger in ipairs(of(t, "triggers")) do
        out[#out + 1] = trigger.definition
        if trigger.enabled then
            out[#out + 1] = ("ALTER TABLE %s %s TRIGGER %s"):format(t.relation, trigger.enabled,
                use.quote(trigger.name))
        end
        comment_on("TRIGGER", trigger.name, t, trigger.comment, use, out)
    end
    for _, policy in ipairs(not back and of(t, "policies") or {}) do
        out[#out + 1] = ("CREATE POLICY %s ON %s %s"):format(use.quote(policy.name), t.relation, policy.definition)
        comment_on("POLICY", policy.name, t, policy.comment, use, out)
    end
    for _, publication in ipairs(of(t, "publications")) do
        out[#out + 1] = publish(t, publication, use)
    end
    viewed.again(views(t), out)
end

-- What hangs on the table now: { what, said }.
local as_it_is = [[
SELECT 'row security' AS what, c.relrowsecurity::pg_catalog.text || c.relforcerowsecurity::pg_catalog.text AS said
  FROM pg_catalog.pg_class AS c WHERE c.oid = <table>
UNION ALL
SELECT 'trigger ' || g.tgname, pg_catalog.pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::pg_catalog.text
  FROM pg_catalog.pg_trigger AS g
 WHERE g.tgrelid = <table> AND NOT g.tgisinternal AND g.tgname !~ '^(RI_| )zdm_mirror_[0-9a-f]{16}'
UNION ALL
SELECT 'policy ' || p.polname, pg_catalog.concat_ws(' ', p.polpermissive, p.polcmd,
       (SELECT pg_catalog.string_agg(CASE WHEN o.role = 0 THEN 'PUBLIC'
                   ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(o.role)) END, ', ' ORDER BY o.n)
          FROM pg_catalog.unnest(p.polroles) WITH ORDINALITY AS o(role, n)),
       pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
  FROM pg_catalog.pg_policy AS p WHERE p.polrelid = <table>
UNION ALL
SELECT 'publication ' || u.pubname, ''
  FROM pg_catalog.pg_publication AS u JOIN pg_catalog.pg_publication_rel AS m ON m.prpubid = u.oid
 WHERE m.prrelid = <table>
UNION ALL
SELECT DISTINCT 'view ' || w.oid::pg_catalog.regclass, <view>
  FROM pg_catalog.pg_depend AS d
  JOIN pg_catalog.pg_rewrite AS r ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid
  JOIN pg_catalog.pg_class AS w ON w.oid = r.ev_class AND w.relkind IN ('v', 'm')
 WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = <table>]]

-- What the table itself is made of. Behind the swap only names and types of its columns are what they were for sure:
-- the new one's definitions were read from text.
local columns_behind = [[

UNION ALL
SELECT 'column ' || a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
  FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = <table> AND a.attnum > 0 AND NOT a.attisdropped]]
local made_of = [[

UNION ALL
SELECT 'column ' || a.attname, pg_catalog.concat_ws(' ', pg_catalog.format_type(a.atttypid, a.atttypmod),
       a.attnotnull::pg_catalog.text, pg_catalog.pg_get_expr(d.adbin, d.adrelid))
  FROM pg_catalog.pg_attribute AS a
  LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = <table> AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint ' || k.conname, pg_catalog.pg_get_constraintdef(k.oid)
  FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = <table>
UNION ALL
SELECT 'foreign key ' || k.conname || ' of ' || k.conrelid::pg_catalog.regclass, pg_catalog.pg_get_constraintdef(k.oid)
  FROM pg_catalog.pg_constraint AS k WHERE k.confrelid = <table> AND k.contype = 'f'
UNION ALL
SELECT 'index ' || c.relname, pg_catalog.pg_get_indexdef(c.oid)
  FROM pg_catalog.pg_index AS x JOIN pg_catalog.pg_class AS c ON c.oid = x.indexrelid
 WHERE x.indrelid = <table>]]

-- What made_of says of the description.
local function said_of_table(t, behind, use, add)
    for _, c in ipairs(t.columns) do
        local rest = not behind and (c.not_null and " true" or " false")
            .. ((c.default or c.generated) and " " .. (c.default or c.generated) or "") or ""
        add("column " .. c.name, c.type .. rest)
    end
    if behind then
        return
    end
    for _, k in ipairs(t.constraints) do
        add("constraint " .. k.name, k.definition)
    end
    for _, r in ipairs(t.referenced_by) do
        add(("foreign key %s of %s"):format(r.name, r.table), r.definition)
    end
    for _, index in ipairs(t.indexes) do
        local head, _, condition = use.index_parts(index) -- the server leaves the tablespace out
        add("index " .. index.name, head .. condition)
    end
end

-- A query for what of table t, or of what hangs on it, is not as the description says: what came, went or changed since
-- the plan began. One row, NULL when that is nothing. Definitions are spelt as they were then, whatever the
-- search_path. `behind`: of the table that has the name behind the swap.
local function changed(t, use, behind)
    local said = {}
    local function add(what, text, view)
        local literal = use.literal(text)
        said[#said + 1] = ("(%s, %s)"):format(use.literal(what), view and viewed.compared(literal) or literal)
    end
    local function word(value)
        return value and "true" or "false"
    end
    add("row security", word(t.row_security) .. word(t.row_security_forced))
    for _, trigger in ipairs(of(t, "triggers")) do
        add("trigger " .. trigger.name, trigger.definition .. " " .. trigger.fires)
    end
    for _, policy in ipairs(of(t, "policies")) do
        add("policy " .. policy.name, policy.said)
    end
    for _, publication in ipairs(of(t, "publications")) do
        add("publication " .. publication.name, "")
    end
    for _, view in ipairs(views(t)) do
        add("view " .. view.relation, view.definition, "view")
    end
    said_of_table(t, behind, use, add)
    local now = (as_it_is .. (behind and columns_behind or made_of)):gsub("<(%a+)>", {
        table = use.literal(t.relation) .. "::pg_catalog.regclass",
        view = viewed.compared "pg_catalog.pg_get_viewdef(w.oid)",
    })
    return ([[
SELECT CASE WHEN pg_catalog.set_config('search_path', o.path, true) IS NOT NULL THEN c.list END
  FROM (SELECT pg_catalog.current_setting('search_path') AS path OFFSET 0) AS o,
       LATERAL (SELECT CASE WHEN pg_catalog.set_config('search_path', pg_catalog.left(o.path, 0) || 'pg_catalog',
                                                       true) <> ''
                       THEN (WITH now AS (
%s
                             ), said (what, said) AS (VALUES
%s
                             )
                             SELECT pg_catalog.string_agg(DISTINCT n.what, ', ' ORDER BY n.what)
                               FROM ((TABLE now EXCEPT TABLE said) UNION ALL (TABLE said EXCEPT TABLE now)) AS n)
                       END AS list OFFSET 0) AS c]]):format(now, table.concat(said, ",\n"))
end

--- A query for a gate: nothing has changed since the plan began.
function hanging.as_it_was(t, use)
    return ("SELECT c.list IS NULL AS none, c.list AS what_changed FROM (\n%s\n) AS c(list)"):format(changed(t, use))
end

--- The same for a step, into a list of what it requires.
function hanging.still(t, use, list)
    list[#list + 1] = t.policies and {
        sql = { text = hanging.as_it_was(t, use), line = use.at.line },
        message = ("%s, or what hangs on it, is not what it was when the plan began"):format(t.relation),
        hint = "make it as it was; or take the plan back, and run it anew: then it reads it again",
    } or nil
    return list
end

--- What the swap requires of triggers BEFORE INSERT that were seen not to set the column of the partitions: their
--- functions are what they were. `list`: { name, source }.
function hanging.untouched(t, list, use, requires)
    local said = {}
    for i, trigger in ipairs(list) do
        said[i] = ("(%s, %s)"):format(use.literal(trigger.name), use.literal(trigger.source))
    end
    requires[#requires + 1] = said[1] and {
        sql = {
            text = ([[
SELECT pg_catalog.count(*) = 0, pg_catalog.string_agg(g.tgname, ', ')
  FROM pg_catalog.pg_trigger AS g
  JOIN pg_catalog.pg_proc AS f ON f.oid = g.tgfoid
  JOIN (VALUES %s) AS s(name, source) ON s.name = g.tgname
 WHERE g.tgrelid = %s::pg_catalog.regclass AND pg_catalog.md5(f.prosrc) <> s.source]]):format(table.concat(said, ", "),
                use.literal(t.relation)),
            line = use.at.line,
        },
        message = ("functions of triggers BEFORE INSERT of %s have changed since the plan began"):format(t.relation),
        hint = "an INSERT fails when its trigger sets the column of the partitions; of one that leaves each row in its "
            .. "partition say so in the plan: same_partition = { ... }",
    } or nil
    return requires
end

--- Why the swap cannot be taken back: what came since then would be lost.
function hanging.back(t, use)
    return t.policies and ([[
SELECT pg_catalog.format('since %%s has its new table, of it or what hangs on it has changed: %%s', %s, c.list)
  FROM (
%s
) AS c(list) WHERE c.list IS NOT NULL]]):format(use.literal(t.relation), changed(t, use, "behind")) or nil
end

--- Rules that these statements break one by one, and keep together.
function hanging.allow(t, allow)
    for _, trigger in ipairs(of(t, "triggers")) do
        if trigger.enabled == "DISABLE" then
            allow[#allow + 1] = "disable-trigger"
            return
        end
    end
end

return hanging
