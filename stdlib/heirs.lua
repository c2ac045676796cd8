--- What changes a column of a table changes it of partitions and of tables that inherit, too: a part of recipes.

local native = require "native"

local heirs = {}

-- The undo, and behind it what each heir had of its own: one row.
local undo_for_heirs = [[
WITH RECURSIVE heirs (id) AS (
    SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = <table>::pg_catalog.regclass
    UNION
    SELECT i.inhrelid FROM heirs AS h JOIN pg_catalog.pg_inherits AS i ON i.inhparent = h.id
)
SELECT pg_catalog.concat(<undo>, pg_catalog.string_agg(
           pg_catalog.format(E';\nALTER TABLE IF EXISTS %s%I.%I ALTER COLUMN %I %s', <only>, n.nspname, r.relname,
               h.attname, b.back), '' ORDER BY r.oid))
  FROM heirs
  JOIN pg_catalog.pg_class AS r ON r.oid = heirs.id
  JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
  JOIN pg_catalog.pg_attribute AS h ON h.attrelid = r.oid AND h.attname = <column>
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = <table>::pg_catalog.regclass AND a.attname = <column>
  LEFT JOIN pg_catalog.pg_attrdef AS hd ON hd.adrelid = h.attrelid AND hd.adnum = h.attnum
  LEFT JOIN pg_catalog.pg_attrdef AS ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum,
       LATERAL (SELECT <back>) AS b(back)
 WHERE b.back IS NOT NULL]]

-- What an heir's column has of its own, as the end of ALTER COLUMN: of h with its default hd, where the table's own
-- are a and ad.
local own_of_heir = {
    default = [[
CASE WHEN pg_catalog.pg_get_expr(hd.adbin, hd.adrelid) IS DISTINCT FROM pg_catalog.pg_get_expr(ad.adbin, ad.adrelid)
     THEN COALESCE('SET DEFAULT ' || pg_catalog.pg_get_expr(hd.adbin, hd.adrelid), 'DROP DEFAULT') END]],
    not_null = "CASE WHEN h.attnotnull AND NOT a.attnotnull THEN 'SET NOT NULL' END",
}

--- A step that changes a column (bare name) of the table, and so of its heirs: partitions, and tables that inherit.
--- Its undo gives each of them back what it had of its own: "default", "not_null".
function heirs.with_heirs(use, t, column, step, undo, what)
    if #t.partitions == 0 and #t.children == 0 then
        return step
    end
    local of = {
        table = native.quote_literal(t.relation),
        column = native.quote_literal(column),
        undo = native.quote_literal(undo),
        only = what == "default" and "'ONLY '" or "''", -- of NOT NULL a partitioned heir's partitions have it, too
        back = own_of_heir[what],
    }
    return use.more(step, { recall = (undo_for_heirs:gsub("<(%a+)>", of)) })
end

return heirs
