--- A column with another type: a second column beside it, which takes its name.

local retype = require "retype"
local shared = require "fields/shared"
local types = require "types"
local versions = require "versions"

-- Columns that refer to the changed ones, and what refers to those; each gets the same type.
local function follow(first, use)
    local list, seen, i = { first }, {}, 1
    seen[first.t.relation .. "." .. first.c.name] = true
    local tables = { [first.t.relation] = first.t }
    while list[i] do
        local t, c = list[i].t, list[i].c
        for _, r in ipairs(t.referenced_by) do
            for n, name in ipairs(r.referenced) do
                local key = r.table .. "." .. r.columns[n]
                if name == c.name and not seen[key] then
                    seen[key] = true
                    tables[r.table] = tables[r.table] or use.table(r.table)
                    local other = tables[r.table] and tables[r.table]:find(r.columns[n])
                    if other and types.canonical(other.type) ~= types.canonical(first.type) then
                        list[#list + 1] = { t = tables[r.table], c = other, type = first.type }
                    end
                end
            end
        end
        i = i + 1
    end
    return list
end

-- How the values go over, from what the author says or from what zdm knows; nil, reported.
local function convert(change, v, use)
    local c = change.c
    local known = types.between(c.type, change.type, { time_zone = v.time_zone, enum = c.enum }) or {}
    for key, value in next, known do
        change[key] = value
    end
    local possible = known.default ~= nil
    for field, key in next, { using = "up", down = "down" } do
        if v[field] then
            change[key] = retype.of(v[field].text, c.name, use)
        end
    end
    change.whole = known.whole and not v.using
    change.by_author = v.using ~= nil
    change.compare_text = change.compare_text or v.using and not types.has_equality(change.type)
    change.may_be_null = v.nulls
    if not possible and not (v.using and v.down) then
        local zone = types.canonical(c.type):find "^timestamp" and types.canonical(change.type):find "^timestamp"
        use.refuse(not zone and "type" or nil, ("zdm does not know how %s goes to %s and back"):format(c.type, change.type),
            zone and 'say in which time zone the values without one are: time_zone = "UTC"'
                or "say it: using = the new value, down = the old one, both in terms of " .. use.quote(c.name))
        return false
    end
    if c.default and not c.identity then
        if v.default then
            change.default = v.default.text
        elseif not possible or v.using then
            use.refuse("using", ("what the default %s of %s becomes has to be said, too"):format(c.default,
                use.quote(c.name)), 'default = "..."')
            return false
        else
            change.default = known.default(c.default, c.type)
        end
    end
    if c.sequence and types.is_integer(change.type) then
        local own = c.sequence_is.type
        change.takes_sequence = own == types.canonical(c.type) and types.canonical(change.type) or own
        change.greatest = types.greatest(own)
    end
    return true
end

return {
    name = "change_type",
    doc = "Gives a column another type without a rewrite: a second column with everything that hangs on the first, kept "
        .. "equal by triggers; then one short transaction swaps the names of the columns, their indexes and constraints. "
        .. "The old column follows the new one until contract, so that the swap can be taken back without loss.",
    notes = [[
**Values that do not fit.** On the way up (a text that is no number, or too long) the new column stays NULL: a gate
before the swap is closed until no such row is left, then a CHECK keeps new ones out. From the step "open to any
value of the new type" behind the swap on, a value that the old type cannot hold (an `id` over 2,147,483,647) leaves the
old column NULL; until then it is refused, as it always was. The application notices nothing, only the way back
does: `zdm rollback` refuses with exit code 4 and says how many such rows there are, until they are changed or deleted.
With `using` and `down` it is these that say what fits: give NULL for what does not. An expression that fails instead
fails in the application's own INSERT or UPDATE.

**What zdm converts by itself:** smallint, integer, bigint, and numeric without a precision among each other and with
text; text and varchar of any length; timestamp and timestamptz, given a `time_zone`; json and jsonb; an enum to text;
text and uuid. Spelling is not kept where a text is read as a number or a uuid (" 7" comes back as it was until somebody
writes the new column), nor are order, spaces and double keys from json to jsonb. A local time that occurs twice, when
clocks are set back, is the later moment.

**The moment of the swap.** It takes ACCESS EXCLUSIVE on the table (with `references` on all tables at once) for
milliseconds, however many rows there are. From then on the same statement returns another type, for which clients have
to be ready before: one that reads 32 bits, or a time without a zone. A prepared statement whose result has the column
fails with "cached plan must not change result type" (0A000) until it is prepared again. Drivers that know this error
do so by themselves outside of a transaction; inside of one the transaction fails, and has to be repeated. Prepared
statements that only compare or write the column go on; so do those of PL/pgSQL. `SELECT *` changes its result, as ever,
when the column beside it comes and when it goes. `zdm run --until` stops before the swap, so that a quiet minute can
be chosen.

**Keys.** `references = true` changes every column that refers to this one by a foreign key, and those that refer to
these, in one swap. A foreign key to a changed column is made anew in the swap, NOT VALID, so that it holds for every
write at once, and is proven behind it. The primary key takes an index that was built concurrently; a second one, on the
old column, waits for the way back. A sequence that belongs to the column follows the new type. An identity gets a new
sequence of the same name, at the same place; who calls nextval() on the old one in just this moment gets an error.

**Views** that read the column, and views that read these, are made anew in the swap, with owner, rights, options, defaults
and comments. What they make of the value has to suit the new type: that is tried before anything is copied, in one
transaction that makes them over the new column, and over the old one again; it locks them and the table for
milliseconds, as the swap does.

**Defaults,** with `versions`. Both columns have one then, so that an INSERT by either view tells by what it leaves out,
and NULL that is said of either stays NULL. Where the default is another one each time, where the old type has values that
do not fit the new one or `using` makes them, and between timestamp and timestamptz, an INSERT by the view of the other
column that says NULL gets the default as long as there are two: it cannot be told from one that leaves it out. `zdm
plan` says so at the step that adds the column.

**Refused, with the list:** materialized views, policies, generated columns, statistics, triggers and publications that
name the column; columns of a row type; an identity whose sequence numbers other tables, too; what hangs on a view that reads it (rules, triggers, materialized views, functions); exclusion constraints; CHECKs that refuse NULL; foreign keys with MATCH FULL; unique indexes with NULLS NOT
DISTINCT; partitioned tables, partitions, and foreign keys of these; a security label, or a second sequence of the
column. Definitions of indexes, CHECKs and defaults are taken over as they are: what does not suit the new type is
found before anything is copied, on an empty table of the same columns. Rows that arrive by logical replication fire no
trigger; of a table that is published a gate before the first step asks whether its subscribers have the columns.]],
    fields = {
        shared.table,
        { name = "column", kind = "identifier", required = true, doc = "The column." },
        { name = "type", kind = "text", required = true, doc = "Its new type, as in SQL; with COLLATE, if need be." },
        {
            name = "using",
            kind = "expression",
            doc = "The new value, in the columns of the row, as in ALTER TYPE ... USING; write the column without its table.",
        },
        {
            name = "down",
            kind = "expression",
            doc = "The old value, in the columns of the row, where the column's name means the new value.",
        },
        {
            name = "nulls",
            kind = "boolean",
            default = false,
            doc = "`using` may make NULL of a value, and that is meant. Otherwise such rows hold the plan.",
        },
        { name = "default", kind = "expression", doc = "The new default, when there is one and `using` is given." },
        {
            name = "time_zone",
            kind = "zone",
            doc = "Between timestamp and timestamptz: where the clock of the values without a zone stood.",
        },
        {
            name = "references",
            kind = "boolean",
            default = false,
            doc = "Change the columns that refer to it by a foreign key along with it.",
        },
        versions.field,
    },
    example = [[recipe.change_type { table = "events", column = "id", type = "bigint", references = true }]],
    expand = function(v, use)
        local t = use.table(v.table)
        local c = t and t:is_table() and t:column(v.column, "column")
        if not c then
            return {}
        elseif types.canonical(c.type) == types.canonical(v.type)
            and select(2, types.canonical(c.type)) == select(2, types.canonical(v.type)) then
            use.refuse("type", ("%s is %s already"):format(use.quote(c.name), c.type))
            return {}
        elseif types.is_instant(c.type, v.type) and not v.using then
            use.refuse("type", ("from %s to %s takes an instant, and no new column"):format(c.type, v.type),
                ("in expand { }: ALTER TABLE %s ALTER COLUMN %s TYPE %s"):format(t.relation, use.quote(c.name), v.type))
            return {}
        end
        local first = { t = t, c = c, type = v.type }
        local changes = { first }
        if v.references then
            changes = follow(first, use)
            if #changes > 1 and (v.using or v.down or v.default) then
                use.refuse("using", "with `references` there are several columns, for which this cannot be said")
                return {}
            end
        else
            for _, r in ipairs(t.referenced_by) do
                if use.contains(r.referenced, c.name) then
                    use.refuse("column", ("the foreign key %s of %s refers to %s"):format(use.quote(r.name), r.table,
                        use.quote(c.name)), "references = true changes its column, too")
                    return {}
                end
            end
        end
        for _, change in ipairs(changes) do
            if not convert(change, v, use) then
                return {}
            end
        end
        return retype.blocks(changes, "column", v.versions, use)
    end,
}
