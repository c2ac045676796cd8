--- A column that is computed of others, without the rewrite of GENERATED ... STORED.

local native = require "native"
local published = require "published"
local shared = require "fields/shared"
local successor = require "successor"
local sync = require "sync"

-- A dollar quote that does not occur in the body.
local function dollar_quote(body)
    local tag, n = "$zdm$", 0
    while body:find(tag, 1, true) do
        n = n + 1
        tag = ("$zdm%d$"):format(n)
    end
    return tag .. body .. tag
end

-- The column, its function and its trigger. Its name comes late: BEFORE triggers fire in the order of theirs, and it
-- computes of what the others made.
local function make(t, column, v, use)
    local quoted, row = use.quote(column), use.quote(t.name)
    local name = use.name("zzzz", t.name, column, "generated")
    local func, check = use.qualified(t.schema, name), use.qualified(t.schema, use.name(name, "check"))
    local path = "pg_catalog, " .. use.quote(t.schema) .. ", pg_temp"
    local expression = v.expression.text
    local up = ([[
<alter>ADD COLUMN <column> <type>;
CREATE FUNCTION <check>() RETURNS void
LANGUAGE sql SET search_path = <path>
AS <checked>;
DROP FUNCTION <check>();
CREATE FUNCTION <func>() RETURNS trigger
LANGUAGE plpgsql SET search_path = <path><settings>
AS <body>;
COMMENT ON FUNCTION <func>() IS <comment>;
CREATE TRIGGER <trigger> BEFORE INSERT OR UPDATE ON <relation> FOR EACH ROW
EXECUTE FUNCTION <func>()]]):gsub("<(%w+)>", {
        alter = successor.alter(t, ""),
        column = quoted,
        type = v.type,
        check = check,
        path = path,
        -- plpgsql looks into a body when it first runs, which would be a write of the application.
        checked = dollar_quote(("UPDATE %s SET %s = (\n%s\n)"):format(t.relation, quoted, expression)),
        func = func,
        settings = sync.settings { v.expression },
        body = dollar_quote(([[

#variable_conflict use_column
BEGIN
    NEW.%s := (SELECT
%s
    FROM (SELECT NEW.*) AS %s);
    RETURN NEW;
END
]]):format(quoted, expression, row)),
        comment = use.literal(("computes %s of %s"):format(quoted, t.relation)),
        trigger = use.quote(name),
        relation = t.relation,
    })
    local undo = ("DROP TRIGGER %s ON %s;\nDROP FUNCTION %s();\n"):format(use.quote(name), t.relation, func)
        .. successor.alter(t, "DROP COLUMN %s", quoted)
    return use.sql(use.id("add %s.%s", t.name, column), up, { undo = undo })
end

return {
    name = "add_generated",
    doc = "Adds a column that is computed of others of its row, without the rewrite under ACCESS EXCLUSIVE that GENERATED "
        .. "ALWAYS AS (...) STORED takes: a plain column, a trigger that computes it on every write, and the old rows in "
        .. "batches.",
    notes = [[
What differs from GENERATED:

- A value that somebody writes is overwritten without an error; with GENERATED it is refused.
- The expression is not held to be immutable. It should be: nothing computes it again when it would give something else.
- The server does not know what the column is made of: it lets you drop a column that the expression names, and then every
  write fails.
- Rows that arrive by logical replication fire no trigger, those of a restore neither; they come with the value.
- The expression sees generated columns of the table as NULL, and is evaluated with the schema of the table and pg_catalog
  in the search_path; an error in it fails the write.
- pg_dump writes down a trigger and a function, in the schema of the table.

It can be indexed, and used in constraints and foreign keys, as any column. The trigger fires behind other BEFORE
triggers, since its name begins with "zzzz", and behind those of a `sync`.]],
    fields = {
        shared.table,
        { name = "column", kind = "identifier", required = true, doc = "The new column." },
        { name = "type", kind = "text", required = true, doc = "Its type, as in SQL; with COLLATE, if need be." },
        {
            name = "expression",
            kind = "expression",
            required = true,
            doc = "What it is, in the columns of the row.",
        },
        { name = "not_null", kind = "boolean", default = false, doc = "It is NOT NULL in the end." },
    },
    example = [[
recipe.add_generated {
    table = "orders",
    column = "total_cents",
    type = "bigint",
    expression = "(total * 100)::bigint",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local column = use.identifier(v.column)
        if not t or not t:is_table() or not t:lacks("columns", column, "column") then
            return {}
        elseif t:family(true) then
            use.refuse("table", t:family(true))
            return {}
        end
        for _, name in ipairs(native.columns(v.expression.text)) do
            local c = t:find(name)
            if name == column or c and c.generated then
                use.refuse("expression", ("a trigger does not see the value of %s"):format(use.quote(name)),
                    "write what it is computed from")
                return {}
            end
        end
        local quoted, w = use.quote(column), use.words
        local blocks = published.columns(t, { column }, use)
        blocks[#blocks + 1] = w.expand { make(t, column, v, use) }
        blocks[#blocks + 1] = w.backfill(use.id("compute %s.%s", t.name, column)) {
            table = t.relation,
            set = { [quoted] = v.expression.text },
            where = ("%s IS NULL AND (\n%s\n) IS NOT NULL"):format(quoted, v.expression.text),
        }
        for _, block in ipairs(v.not_null and use.not_null(t, column) or {}) do
            blocks[#blocks + 1] = block
        end
        blocks[#blocks + 1] = w.gate(use.id("%s.%s is computed", t.name, column)) {
            w.consistent { table = t.relation, to = quoted, up = v.expression.text },
        }
        return blocks
    end,
}
