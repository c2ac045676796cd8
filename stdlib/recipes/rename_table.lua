--- A table under another name, and a view under the old one.

local published = require "published"
local shared = require "fields/shared"
local versions = require "versions"

return {
    name = "rename_table",
    doc = "Renames a table; in the same instant a view of all its columns takes the old name, through which old "
        .. "code reads and writes on. What hangs on the table (indexes, keys, triggers, rights, publications) stays "
        .. "on it; the view gets its rights.",
    notes = [[
**Publications.** Subscribers know tables by their names: of a table that is published a gate before asks whether they get
one of the new name.

**Through a view** there is no TRUNCATE, no COPY, no ON CONFLICT ON CONSTRAINT, no TABLESAMPLE, no ctid and, before
PostgreSQL 17, no MERGE; LOCK TABLE works.]],
    fields = {
        shared.table,
        { name = "to", kind = "identifier", required = true, doc = "The new name, in the same schema." },
        versions.field,
    },
    example = [[recipe.rename_table { table = "people", to = "users" }]],
    expand = function(v, use)
        local t = use.table(v.table)
        local to = use.identifier(v.to)
        if not t or not t:is_table() then
            return {}
        elseif use.exists(t.schema, to) then
            use.refuse("to", ("%s exists already"):format(use.qualified(t.schema, to)))
            return {}
        elseif t.row_security then
            use.refuse("table", "it has row security, which a view of its owner would get around",
                "rename it in a moment in which nobody uses it")
            return {}
        elseif t:family(true) then
            use.refuse("table", t:family(true))
            return {}
        end
        local new = use.qualified(t.schema, to)
        local columns = {}
        for i, column in ipairs(t.columns) do
            columns[i] = column.name
        end
        local shown = versions.columns(t, {})
        local views = versions.of(v.versions, { { t = t, old = shown, new = shown, new_name = to } }, use)
        if not views then
            return {}
        end
        local same_rights = table.concat(use.privileges(t, t.relation), ";\n")
        local drop = ("DROP VIEW %s;\nALTER TABLE %s RENAME TO %s"):format(t.relation, new, use.quote(t.name))
        local steps, checks = views.steps, { use.words.approval(use.id("old code is gone: nobody uses %s", t.name)) }
        views.watch(checks)
        steps[#steps + 1] = use.only_for(use.sql(use.id("%s becomes %s", t.name, to), ([[
ALTER TABLE %s RENAME TO %s;
CREATE VIEW %s AS SELECT %s FROM %s;
%s]]):format(t.relation, use.quote(to), t.relation, use.names(columns), new, same_rights), {
            undo = drop,
            allow = { "break-rename-table" },
            because = "a view takes the old name in the same transaction",
        }), { { name = t.relation, grants = t.grants } })
        local last = { not views.none and views.drop() or nil }
        last[#last + 1] = use.sql(use.id("drop the view %s", t.name), ("DROP VIEW %s"):format(t.relation), {
            undo = ("CREATE VIEW %s AS SELECT %s FROM %s;\n%s"):format(t.relation, use.names(columns), new, same_rights),
        })
        local blocks = published.renamed(t, to, use)
        return table.move({
            use.words.expand(steps),
            use.words.gate(use.id("nobody uses the name %s", t.name))(checks),
            use.words.contract(last),
        }, 1, 3, #blocks + 1, blocks)
    end,
}
