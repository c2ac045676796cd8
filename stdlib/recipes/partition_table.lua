--- A table becomes partitioned while it is in use.

local shared = require "fields/shared"
local shadow = require "shadow"

local most = 1000 -- partitions: more slow every plan down

-- The days from 1970-01-01 to one of the Gregorian calendar, and back.
local function days_of(y, m, d)
    y = m <= 2 and y - 1 or y
    local era = y // 400
    local of_era = y - era * 400
    local of_year = (153 * (m + (m > 2 and -3 or 9)) + 2) // 5 + d - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
end

local function date_of(days)
    days = days + 719468
    local era = days // 146097
    local of_era = days - era * 146097
    local year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    local of_year = of_era - (365 * year + year // 4 - year // 100)
    local month = (5 * of_year + 2) // 153
    local m = month + (month < 10 and 3 or -9)
    return year + era * 400 + (m <= 2 and 1 or 0), m, of_year - (153 * month + 2) // 5 + 1
end

local function parse(text)
    local y, m, d = text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)$"
    y, m, d = math.tointeger(tonumber(y)), math.tointeger(tonumber(m)), math.tointeger(tonumber(d))
    if not y then
        return nil
    end
    local days = days_of(y, m, d)
    local y2, m2, d2 = date_of(days)
    return y == y2 and m == m2 and d == d2 and days or nil -- none of 31 February
end

local function later(days, every)
    local y, m, d = date_of(days)
    if every == "day" then
        return days + 1
    elseif every == "week" then
        return days + 7
    elseif every == "month" then
        return days_of(m == 12 and y + 1 or y, m % 12 + 1, d)
    end
    return days_of(y + 1, m, d)
end

local function text_of(days)
    return ("%04d-%02d-%02d"):format(date_of(days))
end

local name_bytes = { year = 4, month = 7, week = 10, day = 10 }
local times = { date = "", ["timestamp without time zone"] = " 00:00:00", ["timestamp with time zone"] = " 00:00:00+00" }

-- From `from` up to `to`, one for each `every`.
local function by_time(v, t, column, use)
    local clock = times[column.type:gsub("%(%d%)", "")]
    local from, to = parse(v.from), parse(v.to)
    if not clock then
        use.refuse("every", ("column %s is a %s, not a date or a timestamp"):format(use.quote(column.name), column.type),
            "say where each partition begins: bounds = { \"0\", \"1000000\", ... }")
    elseif not from or not to or from >= to then
        use.refuse(from and "to" or "from", "from and to are days such as \"2026-01-01\", the first before the second")
    elseif (v.every == "month" or v.every == "year") and select(3, date_of(from)) > 1 then
        use.refuse("from", ("is not the first day of a %s"):format(v.every))
    else
        local list, at = {}, from
        while at < to and #list <= most do
            local stop = later(at, v.every)
            stop = stop > to and to or stop
            list[#list + 1] = {
                name = use.name(t.name, (text_of(at):sub(1, name_bytes[v.every]):gsub("%-", "_"))),
                bound = ("FOR VALUES FROM ('%s%s') TO ('%s%s')"):format(text_of(at), clock, text_of(stop), clock),
            }
            at = stop
        end
        return list
    end
end

local function by_bounds(v, t, use)
    local list = {}
    for i = 1, #v.bounds - 1 do
        list[i] = {
            name = use.name(t.name, ("p%d"):format(i)),
            bound = ("FOR VALUES FROM (%s) TO (%s)"):format(use.literal(v.bounds[i]), use.literal(v.bounds[i + 1])),
        }
    end
    if #list == 0 then
        use.refuse("bounds", "takes two at least: where the first partition begins, and where it ends")
        return nil
    end
    return list
end

local function by_hash(v, t, use)
    local list = {}
    for i = 1, v.partitions do
        list[i] = {
            name = use.name(t.name, ("p%d"):format(i - 1)),
            bound = ("FOR VALUES WITH (MODULUS %d, REMAINDER %d)"):format(v.partitions, i - 1),
        }
    end
    return list
end

-- What stands against partitions by this column.
local function in_the_way(t, column, use)
    local list = {}
    for _, index in ipairs(t.indexes) do
        if index.unique and not index.primary and not use.contains(index.columns, column.name) then
            list[#list + 1] = ("unique index %s, which lacks %s"):format(index.name, use.quote(column.name))
        end
    end
    for _, r in ipairs(t.referenced_by) do
        if not use.contains(r.referenced, column.name) then
            list[#list + 1] = ("foreign key %s of %s, which lacks %s"):format(r.name, r.table, use.quote(column.name))
        elseif t.server_version < 150000 and r.definition:find " ON DELETE [CS]" then
            list[#list + 1] = ("foreign key %s of %s, which before PostgreSQL 15 takes a row that goes to another "
                .. "partition for a deleted one"):format(r.name, r.table)
        end
    end
    for _, k in ipairs(t.constraints) do
        if k.type == "foreign key" and k.references == t.relation then
            list[#list + 1] = ("foreign key %s to itself"):format(k.name)
        elseif not k.valid then
            list[#list + 1] = ("constraint %s, which is not proven of all rows"):format(k.name)
        end
    end
    if column.generated then
        list[#list + 1] = "it is generated"
    end
    return list
end

-- Triggers that fire when a row that is inserted has its partition already. Of those that may not set the column, what
-- they were when that was seen: { name, source }; nil when some may, which is reported.
local function before_insert(v, t, column, use)
    local list, said, refused, shown = {}, {}, {}, {}
    for _, text in ipairs(v.same_partition or {}) do
        said[use.identifier(text)] = text
    end
    for _, trigger in ipairs(t.triggers or {}) do
        local b = trigger.before_insert
        if said[trigger.name] then
            said[trigger.name] = nil
        elseif b and use.contains(b.may_set, column.name) then
            refused[#refused + 1] = use.quote(trigger.name)
            shown[#refused] = ("%q"):format(use.quote(trigger.name))
        elseif b then
            list[#list + 1] = { name = trigger.name, source = b.source }
        end
    end
    for _, text in ipairs(v.same_partition or {}) do
        if said[use.identifier(text)] then
            use.refuse("same_partition", ("%s has no trigger %s"):format(t.relation, text))
            return nil
        end
    end
    if #refused > 0 then
        use.refuse(v.range and "range" or "hash", ("before a row is inserted %s may be set by trigger %s: behind the swap each "
            .. "INSERT fails whose row is given another partition (0A000, \"moving row to another partition during a BEFORE "
            .. "FOR EACH ROW trigger is not supported\")"):format(use.quote(column.name), table.concat(refused, ", ")),
            "let a DEFAULT of the column say the value, and drop the trigger; of one that leaves each row in the partition "
            .. "of the statement's value say so: same_partition = { " .. table.concat(shown, ", ") .. " }")
    else
        return list
    end
end

return {
    name = "partition_table",
    doc = "Makes a table partitioned while it is in use: a partitioned one with everything that hangs on the first "
        .. "is kept equal by triggers and filled in batches; when both have the same rows they change names in one "
        .. "transaction. From then on the old one is kept equal, until it is dropped behind a gate; so the way back "
        .. "loses nothing.",
    notes = [[
**The primary key** gets the column by which the table is partitioned at its end: the old key alone is then no longer unique
by itself.

**What hangs on it from outside** follows, as with `copy_table`.

]] .. shadow.notes .. [[
 A trigger for each row
is one of the partitions then: `TG_TABLE_NAME` is the name of the partition. Refused, too: triggers that are disabled or
fire for replicas only or always, triggers for each row with transition tables, publications without
`publish_via_partition_root`, and views that group by a key which changes.

**Triggers BEFORE INSERT for each row** fire behind the choice of the partition. One that gives the row a value of another
partition than the statement did makes the INSERT fail (0A000, "moving row to another partition during a BEFORE FOR EACH
ROW trigger is not supported"), and so one that fills in a value which the statement left out. So a trigger is
refused when it may set the column: when its function is not PL/pgSQL, names the column, or writes the row as a whole.
What a trigger sets can mostly be a DEFAULT of the column, and the trigger go before; of one that names the column, but leaves
each row in its partition, say so: `same_partition = { "..." }`. When such a function changes under way the swap is refused in the
same way. BEFORE UPDATE a trigger may move rows.

**Foreign keys of other tables** that refer to it end in the swap as far as the old table is concerned; the way back makes
them anew, and proves them behind it. Before PostgreSQL 15 the server takes a row whose UPDATE moves it to another partition
for one that is deleted: refused where a foreign key to the table is ON DELETE CASCADE or SET, which would reach what
refers to it.]],
    fields = {
        shared.table,
        { name = "range", kind = "identifier", doc = "The column whose ranges are partitions: NOT NULL." },
        { name = "hash", kind = "identifier", doc = "The column whose hash says which partition: NOT NULL." },
        { name = "every", kind = "choice", values = { "day", "week", "month", "year" },
          doc = "With `range` over a date or timestamp: one partition for each, from `from` up to `to`. Days are those of UTC." },
        { name = "from", kind = "text", doc = "The first day: \"2026-01-01\"." },
        { name = "to", kind = "text", doc = "The day behind the last." },
        { name = "bounds", kind = "strings", doc = "With `range`: where the partitions begin, and where the last ends." },
        { name = "partitions", kind = "integer", min = 2, max = most, doc = "With `hash`: how many." },
        { name = "default", kind = "boolean", default = true,
          doc = "With `range`: one more partition for rows that no other takes. Without it a write of such a row fails." },
        { name = "same_partition", kind = "columns",
          doc = "Triggers BEFORE INSERT that leave each row in its partition, which zdm cannot tell of them: see below." },
    },
    one_of = { "range", "hash" },
    example = [[
recipe.partition_table {
    table = "visits",
    range = "at",
    every = "month",
    from = "2026-01-01",
    to = "2027-01-01",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local field = v.range and "range" or "hash"
        local column = t and t:is_table() and t:column(v[field], field)
        if not column then
            return {}
        end
        local in_key = t:in_primary_key(column.name)
        if not shadow.possible(t, { partition_by = true, key = not in_key }, use) then
            return {}
        end
        if not column.not_null then
            use.refuse(field, ("column %s may be NULL"):format(use.quote(column.name)),
                "recipe.set_not_null makes it NOT NULL, in a plan before")
            return {}
        end
        local obstacles = in_the_way(t, column, use)
        if #obstacles > 0 then
            use.refuse(field, ("partitions by %s are in conflict with %s"):format(use.quote(column.name),
                table.concat(obstacles, "; ")), "a unique key of a partitioned table holds the column of its partitions")
            return {}
        end
        local untouched = before_insert(v, t, column, use)
        if not untouched then
            return {}
        end
        local partitions
        if v.hash then
            if not v.partitions then
                use.refuse("partitions", "how many partitions?")
                return {}
            end
            partitions = by_hash(v, t, use)
        elseif v.every and v.from and v.to and not v.bounds then
            partitions = by_time(v, t, column, use)
        elseif v.bounds and not v.every then
            partitions = by_bounds(v, t, use)
        else
            use.refuse("range", "takes every, from and to, or bounds")
        end
        if not partitions then
            return {}
        elseif #partitions > most then
            use.refuse(v.every and "every" or "bounds", ("makes more than %d partitions"):format(most))
            return {}
        end
        if v.range and v.default then
            partitions[#partitions + 1] = { name = use.name(t.name, "other"), bound = "DEFAULT" }
        end
        for _, partition in ipairs(partitions) do
            if use.exists(t.schema, partition.name) then
                use.refuse("table", ("%s exists already"):format(use.qualified(t.schema, partition.name)))
                return {}
            end
        end
        local key = {}
        for _, k in ipairs(t.constraints) do
            if k.type == "primary key" then
                for i, name in ipairs(k.columns) do
                    key[i] = name
                end
            end
        end
        if not use.contains(key, column.name) then
            key[#key + 1] = column.name
        end
        return shadow.blocks(t, {
            columns = t.columns,
            key = key,
            partition_by = ("%s (%s)"):format(field:upper(), use.quote(column.name)),
            partitions = partitions,
            untouched = untouched,
        }, use)
    end,
}
