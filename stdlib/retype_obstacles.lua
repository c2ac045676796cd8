--- What speaks against giving columns another type: a part of retype.lua, which see.

local successor = require "successor"
local types = require "types"
local views = require "views"

local obstacles = {}

-- The column of the other table to which a column refers by a foreign key, and that table.
local function referred(t, k, column, use)
    local other = use.table(k.references)
    for _, r in ipairs(other and other.referenced_by or {}) do
        for i, name in ipairs(r.table == t.relation and r.name == k.name and r.columns or {}) do
            if name == column then
                return other:find(r.referenced[i]), other
            end
        end
    end
end

local function foreign_key(t, k, change, use, list)
    local column, other = referred(t, k, change.c.name, use)
    if column and types.never_refers(change.type, column.type) then
        list[#list + 1] = ("foreign key %s to %s of %s, with whose type %s no %s can be compared"):format(k.name,
            use.quote(column.name), other.relation, column.type, change.type)
    end
end

local function of_column(entry, change, use, list)
    local t, c = entry.t, change.c
    for _, d in ipairs(t.dependents) do
        if d.column == c.name and d.kind ~= "view" then -- those are made anew
            list[#list + 1] = d.what
        end
    end
    for _, tie in ipairs(t.ties or {}) do
        if tie.column == c.name then
            list[#list + 1] = tie.what
        end
    end
    for _, what in ipairs { "generated", "inherited" } do
        if c[what] then
            list[#list + 1] = ("%s is %s"):format(use.quote(c.name), what)
        end
    end
    list[#list + 1] = t:unproven(c.name)
    if c.sequence and not change.takes_sequence then
        list[#list + 1] = ("sequence %s, for which %s is no type"):format(c.sequence, change.type)
    end
    if c.row_type then
        list[#list + 1] = ("its type %s, a row, which can be given and yet be NULL in all of its fields"):format(c.type)
    end
    if c.type_default then
        list[#list + 1] = ("the default of its type %s, which a column cannot be without"):format(c.type)
    end
    -- Behind the swap the old column is NULL where a value does not fit.
    for _, k in ipairs(t.constraints) do
        local refuses_null = k.definition:find(use.quote(c.name) .. " IS NOT NULL", 1, true)
            or k.definition:find("num_n", 1, true)
        if k.type == "check" and refuses_null and use.contains(k.columns, c.name) then
            list[#list + 1] = ("check %s, which may refuse NULL"):format(k.name)
        elseif k.type == "foreign key" and #k.columns > 1 and k.definition:find(" MATCH FULL", 1, true)
            and use.contains(k.columns, c.name) then
            list[#list + 1] = ("foreign key %s is MATCH FULL"):format(k.name)
        elseif k.type == "foreign key" and not entry.keys_to[k.name] and k.definition:find(" SET DEFAULT", 1, true)
            and use.contains(k.columns, c.name) then
            -- Both columns have such a key, and only one has the default: the other would be NULL, and hand that on.
            list[#list + 1] = ("foreign key %s is SET DEFAULT"):format(k.name)
        elseif k.type == "foreign key" and not entry.keys_to[k.name] and use.contains(k.columns, c.name) then
            foreign_key(t, k, change, use, list)
        elseif k.type == "primary key" and k.deferrable and use.contains(k.columns, c.name) then
            -- No index that is built concurrently waits for the end of the statement, as its check does.
            list[#list + 1] = ("primary key %s is deferrable"):format(k.name)
        end
    end
    for _, index in ipairs(t.indexes) do
        if index.definition:find(" NULLS NOT DISTINCT", 1, true) and use.contains(index.columns, c.name) then
            list[#list + 1] = ("index %s is NULLS NOT DISTINCT"):format(index.name)
        end
    end
end

-- Constraints that only their index ties to a changed column: by a condition or an expression, or by INCLUDE.
local function of_index(entry, index, k, use, list)
    if k.type == "exclusion" then
        list[#list + 1] = ("exclusion %s"):format(k.name)
        return
    end
    for _, r in ipairs(entry.t.referenced_by) do
        if r.index == index.name then
            list[#list + 1] = ("%s %s, which includes it and which foreign key %s of %s needs as it is"):format(k.type,
                k.name, use.quote(r.name), r.table)
        end
    end
end

-- What is in the way of a table's changes, sorted.
local function of_table(entry, use)
    local t, list = entry.t, {}
    local kept = { ["check"] = true, ["unique"] = true, ["foreign key"] = true, ["not null"] = true,
        ["primary key"] = true }
    for _, change in ipairs(entry.changes) do
        of_column(entry, change, use, list)
    end
    for _, k in ipairs(t.constraints) do
        if not kept[k.type] and successor.touches(entry.names, k.columns) then
            list[#list + 1] = ("%s %s"):format(k.type, k.name)
        end
    end
    for _, index in ipairs(t.indexes) do
        local k = index.constraint and t:constraint(index.constraint)
        if k and successor.touches(entry.names, index.columns) and not successor.touches(entry.names, k.columns) then
            of_index(entry, index, k, use, list)
        end
    end
    list[#list + 1] = t:family()
    table.sort(list)
    return list
end

-- Nothing that was built beside the application can become a key of it, and a column takes another's place in all
-- partitions at once only.
local function partitioned(entry, field, use)
    local change = entry.changes[1]
    local new = use.name(change.c.name, "new")
    use.refuse(field, ("%s is partitioned, and PostgreSQL lets no index that is there become a key of it: a column of "
        .. "another type cannot take the place of %s"):format(entry.t.relation, use.quote(change.c.name)),
        ("a new column beside it, to which the code goes over: recipe.split_column { table = %q, column = %q, into = { "
        .. "%s = %q }, types = { %s = %q }, join = %q }"):format(entry.t.relation, use.quote(change.c.name), new,
            ("CAST(%s AS %s)"):format(use.quote(change.c.name), change.type), new, change.type,
            ("CAST(%s AS %s)"):format(use.quote(new), change.c.type)))
end

--- Reports what speaks against the changes; true when nothing does.
function obstacles.sound(tables, keys, remade, field, use)
    local hanging = {}
    views.in_the_way(remade, hanging)
    views.in_the_way_of_plan(remade, use, hanging)
    for _, entry in ipairs(tables) do
        for _, view in ipairs(remade) do
            if views.by_place(view, entry.t.relation) then
                hanging[#hanging + 1] = ("view %s, which names columns of %s by their places"):format(view.relation,
                    entry.t.relation)
            end
        end
    end
    for _, entry in ipairs(tables) do
        if entry.t.kind == "partitioned table" then
            partitioned(entry, field, use)
            return false
        end
        local list, columns = of_table(entry, use), {}
        table.move(hanging, 1, #hanging, #list + 1, list)
        for i, change in ipairs(entry.changes) do
            columns[i] = change.c
            if not entry.t:lacks("columns", change.new, field) or not entry.t:lacks("columns", change.old, field) then
                return false
            end
        end
        if #list > 0 then
            use.refuse(field, ("%s has what the new column cannot take over: %s"):format(
                #tables > 1 and entry.t.relation or use.quote(columns[1].name), table.concat(list, "; ")),
                "take these away first, or write the steps yourself")
            return false
        end
        local both = successor.shared_with_earlier(entry.t, columns, use)
        if both then
            use.refuse(field, both, "one after the other: the second in a plan of its own")
            return false
        end
    end
    for _, k in ipairs(keys) do
        if k.t.kind ~= "table" or k.t.partition_of then
            use.refuse(
                field,
                ("the foreign key %s is of %s, which is partitioned"):format(use.quote(k.name), k.relation),
                "PostgreSQL cannot add it NOT VALID there: drop it first, and add it again behind the plan"
            )
            return false
        end
    end
    return true
end

-- May a column of the new type refer to what the foreign key refers to? As the server decides it: the index of the
-- other column can compare the two, or values go over to its type by themselves.
local can_refer = [[
SELECT COALESCE(pg_catalog.bool_and(
         n.oid IS NULL OR n.oid = o.opcintype
         OR EXISTS (SELECT FROM pg_catalog.pg_amop AS p
                     WHERE p.amopfamily = o.opcfamily AND p.amopstrategy = 3 AND p.amoplefttype = o.opcintype
                       AND p.amoprighttype = n.oid)
         OR EXISTS (SELECT FROM pg_catalog.pg_cast AS k
                     WHERE k.castsource = n.oid AND k.casttarget = o.opcintype AND k.castcontext = 'i')
         OR n.oid = b.atttypid AND o.opcintype::pg_catalog.regtype::pg_catalog.text ~ '^(any|record)'), true),
       pg_catalog.string_agg(pg_catalog.format('%s.%I is %s', b.attrelid::pg_catalog.regclass, b.attname,
                                               pg_catalog.format_type(b.atttypid, b.atttypmod)), ', ')
  FROM pg_catalog.pg_constraint AS k
 CROSS JOIN ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) AS u(own, other)
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.own AND a.attname = <column>
  JOIN pg_catalog.pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = u.other
  JOIN pg_catalog.pg_index AS x ON x.indexrelid = k.conindid
 CROSS JOIN ROWS FROM (pg_catalog.unnest(x.indkey::pg_catalog.int2[]),
                       pg_catalog.unnest(x.indclass::pg_catalog.oid[])) AS i(attnum, class)
  JOIN pg_catalog.pg_opclass AS o ON o.oid = i.class
  LEFT JOIN LATERAL (SELECT COALESCE(NULLIF(t.typbasetype, 0), t.oid) AS oid FROM pg_catalog.pg_type AS t
                      WHERE t.oid = pg_catalog.to_regtype(<type>)) AS n ON true
 WHERE k.conrelid = pg_catalog.to_regclass(<table>) AND k.conname = <name> AND i.attnum = u.other]]

--- What the first step requires of foreign keys that the new column gets, into a list.
function obstacles.foreign_keys(entry, change, use, list)
    for _, item in ipairs(entry.constraints) do
        if item.k.type == "foreign key" and use.contains(item.k.columns, change.c.name) then
            list[#list + 1] = {
                sql = {
                    text = can_refer:gsub("<(%a+)>", {
                        column = use.literal(change.c.name),
                        type = use.literal((change.type:gsub(" [Cc][Oo][Ll][Ll][Aa][Tt][Ee] .*$", ""))),
                        table = use.literal(entry.t.relation),
                        name = use.literal(item.k.name),
                    }),
                    line = use.at.line,
                },
                message = ("as %s, %s of %s cannot keep its foreign key %s: it refers to a column with which no such "
                    .. "value can be compared"):format(change.type, use.quote(change.c.name), entry.t.relation,
                    use.quote(item.k.name)),
                hint = "change the column that it refers to, with references = true; or drop the foreign key first",
                early = true,
            }
        end
    end
    return list
end

return obstacles
