--- A column becomes NOT NULL beside the application, or may be NULL again: parts of recipes.

local native = require "native"

local not_null = {}

-- Before PostgreSQL 18: a CHECK proves the column, and goes.
local function not_null_by_check(use, t, column, quoted, name, c)
    local alter, check = ("ALTER TABLE %s "):format(t.relation), ("CHECK (%s)"):format(use.given(c, quoted))
    local steps = use.constraint(t, name, check)
    local undo = alter .. ("ADD CONSTRAINT %s %s NOT VALID;\n"):format(native.quote_ident(name), check)
        .. alter .. ("ALTER COLUMN %s DROP NOT NULL"):format(quoted)
    steps[3] = use.with_heirs(t, column, use.sql(
        use.id("%s: the column", name),
        alter .. ("ALTER COLUMN %s SET NOT NULL;\n"):format(quoted)
            .. alter .. ("DROP CONSTRAINT %s"):format(native.quote_ident(name)),
        {
            undo = undo,
            allow = c and c.row_type and { "scan-set-not-null" } or nil,
            because = c and c.row_type and "the server takes the CHECK for proof of a row, too" or nil,
        }
    ), undo, "not_null")
    return steps
end

-- Does it give a value to every row, such as now() or nextval('s')? Then rows without one are not done, whatever
-- becomes of their keys meanwhile; what it gives does not tell, for it is another one each time.
local function gives_always(fill)
    return #native.columns(fill.text) == 0 and not fill.text:lower():find("select", 1, true)
        and not fill.text:lower():find("null", 1, true)
end

--- The blocks that make a column NOT NULL; `fill` is for rows that are NULL, and `undo` of that. c: its description,
--- or of one like it, when the table did not have it.
function not_null.not_null(use, t, column, fill, undo, c)
    local quoted, there = native.quote_ident(column), t:not_null_of(column)
    c = c or t:find(column)
    local name = there and there.name or use.name(t.name, column, "not_null")
    if not there and not t:lacks("constraints", name, "column") then
        return {}
    end
    local steps
    if t.server_version < 180000 then
        steps = not_null_by_check(use, t, column, quoted, name, c)
    else -- a constraint of its own, which may be NOT VALID at first
        steps = use.constraint(t, name, not there and "NOT NULL " .. quoted)
    end
    local blocks, missing = {}, use.missing(c, quoted)
    if fill then
        blocks[1] = use.words.backfill(use.id("%s: fill", name)) {
            table = t.relation,
            set = { [quoted] = fill.text },
            where = missing,
            where_becomes_false = gives_always(fill) or nil,
            undo = undo,
        }
    end
    blocks[#blocks + 1] = use.no_rows(t, name, missing) -- `fill` may have made none, too
    blocks[#blocks + 1] = use.words.expand(steps)
    return blocks
end

--- Steps by which the column may be NULL; `id` is of the one that says so. Since PostgreSQL 18 the constraint comes
--- back under its name, and is proven beside the application; before, the way back scans under a strong lock.
function not_null.may_be_null(use, t, c, id)
    local alter, k = ("ALTER TABLE %s "):format(t.relation), t:not_null_of(c.name)
    local drop = alter .. ("ALTER COLUMN %s DROP NOT NULL"):format(native.quote_ident(c.name))
    if not k or k.inherited then
        return {
            use.sql(id, drop, {
                undo = alter .. ("ALTER COLUMN %s SET NOT NULL"):format(native.quote_ident(c.name)),
                allow = { "scan-set-not-null" },
                because = "only the way back scans",
            }),
        }
    end
    local name, steps = native.quote_ident(k.name), {}
    local definition = k.definition:gsub(" NOT VALID$", "")
    local comment = ("COMMENT ON CONSTRAINT %s ON %s IS "):format(name, t.relation)
    local restore = comment .. (k.comment and native.quote_literal(k.comment) or "NULL")
    if k.valid then -- in a step of its own, before: undo goes backwards
        steps[1] = use.sql(use.id("constraint %s of %s: announced", k.name, t.name),
            comment .. "'zdm: it is about to be dropped'",
            { undo = alter .. ("VALIDATE CONSTRAINT %s;\n"):format(name) .. restore })
    end
    steps[#steps + 1] = use.sql(id, drop, {
        undo = alter .. ("ADD CONSTRAINT %s %s NOT VALID;\n"):format(name, definition) .. restore,
    })
    return steps
end

return not_null
