--- Views that read a column get to read its successor, under the old name: a part of rename_column.
--
-- Nobody can tell by a text which word of a query is the column. The server can: in one transaction the two columns
-- change names, each view is said again as it was, so that it reads the successor, and the names change back.

local successor = require "successor"
local views = require "views"

local repoint = {}

--- Of the views that read column c those that can follow, outermost first. `spared` says of a relation whether it is
--- left alone.
function repoint.of(t, c, use, spared)
    local list = {}
    for _, view in ipairs(t.views or {}) do
        if use.contains(view.of_columns, c.name) and not spared(view.relation) then
            list[#list + 1] = view
        end
    end
    return list
end

-- SQL of a definition without the words by which it differs behind the step from what it was.
local function without(names, use)
    table.sort(names, function(a, b)
        return #a > #b -- one may be a part of the other
    end)
    return function(definition)
        for _, name in ipairs(names) do
            definition = ("pg_catalog.replace(%s, %s, '')"):format(definition, use.literal(use.quote(name)))
        end
        return ("pg_catalog.replace(%s, ' AS ', '')"):format(definition)
    end
end

--- What speaks against it, as texts into `list`.
function repoint.in_the_way(t, c, found, use, list)
    views.in_the_way_of_plan(found, use, list)
    for _, view in ipairs(found) do
        if views.by_place(view, t.relation) then
            list[#list + 1] = ("view %s, which names columns of %s by their places"):format(view.relation, t.relation)
        end
        for names in view.definition:gmatch " USING (%b())" do
            if (" %s,"):format(names:sub(2, -2)):find(" " .. use.quote(c.name) .. ",", 1, true) then
                list[#list + 1] = ("view %s, which joins USING %s"):format(view.relation, names)
            end
        end
    end
end

--- The block, nil when there is no view. `to` is the successor's (bare) name.
function repoint.block(t, c, to, found, use)
    if #found == 0 then
        return nil
    end
    local up, undo, aside = {}, {}, use.quote(use.name("zdm_old", c.name))
    local function rename(from, other)
        up[#up + 1] = successor.alter(t, "RENAME COLUMN %s TO %s", from, other)
    end
    local old, new = use.quote(c.name), use.quote(to)
    for _, view in ipairs(found) do
        views.followed(view, use)
    end
    views.lock(found, use, up)
    rename(old, aside)
    rename(new, old)
    views.again(found, up)
    rename(old, new)
    rename(aside, old)
    views.again(found, undo)
    local label = ("%s.%s"):format(t.name, c.name)
    local changed = views.changed(found, use, without({ c.name, to }, use))
    local step = use.sql(use.id("views of %s read %s", label, to), table.concat(up, ";\n"), {
        undo = table.concat(undo, ";\n"),
        allow = { "break-rename-column" },
        because = "the names are as they were at the end of the transaction",
    })
    return use.words.expand {
        use.more(step, {
            requires = { {
                sql = { text = ("SELECT (\n%s\n) IS NULL"):format(views.changed(found, use)), line = use.at.line },
                message = ("views of %s are not what they were when the plan began"):format(label),
                hint = "make them as they were; or take the plan back, and run it anew: then it reads them again",
            } },
            undo_unless = { ([[
SELECT pg_catalog.format('since views of %%s read %%s they have changed: %%s', %s, %s, c.list)
  FROM (
%s
) AS c(list) WHERE c.list IS NOT NULL]]):format(use.literal(label), use.literal(to), changed) },
        }),
    }
end

return repoint
