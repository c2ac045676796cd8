--- A table that is there becomes a partition.

local attaching = require "attaching"
local bounds = require "bounds"
local shared = require "fields/shared"

-- The bound as a CHECK, which spares ATTACH its scan: the steps of it, and those that take it away again.
local function helper(p, name, condition, use)
    local alter, quoted = ("ALTER TABLE %s "):format(p.relation), use.quote(name)
    local add = alter .. ("ADD CONSTRAINT %s CHECK (%s) NOT VALID"):format(quoted, condition)
    return use.constraint(p, name, ("CHECK (%s)"):format(condition)), {
        -- Where it goes without a default partition DETACH would leave a CHECK of its own, if this one were not proven.
        use.sql(use.id("%s: told", name), ("COMMENT ON CONSTRAINT %s ON %s IS 'zdm: the bound of a partition, about to be dropped'")
            :format(quoted, p.relation), { undo = alter .. "VALIDATE CONSTRAINT " .. quoted }),
        use.sql(use.id("%s: no longer needed", name), alter .. "DROP CONSTRAINT " .. quoted, { undo = add }),
    }
end

return {
    name = "attach_partition",
    doc = "Makes a table that is there a partition of a partitioned one, without a scan under a strong lock: a CHECK that "
        .. "says what the bound says holds for new rows at once and is proven of the old ones beside the application; NOT "
        .. "NULL, CHECKs, indexes and foreign keys of the partitioned table are made on the table first, indexes "
        .. "concurrently, unless it has them; so ATTACH only looks at the catalog. What is in the way is refused with the list.",
    notes = [[
**Locks.** ATTACH takes SHARE UPDATE EXCLUSIVE on the partitioned table: its readers and writers go on. The table itself,
a default partition, and tables that foreign keys refer to are locked for an instant, with the retries of any brief
statement. All scans (of VALIDATE, of index builds, of the gates that count rows in the way) are beside the application.

**From the CHECK on** the table refuses rows outside of the bound, and without a value for its key; what writes to it
directly has to know that. A gate before it is closed as long as there are such rows, and says how many.

**A default partition** must not have rows of the new bound: a gate counts them, and a CHECK that excludes them spares its scan.
Move such rows to the table first, in a backfill of the plan or by hand: while both tables have a row, so do queries that
read both.

**What stays as it is:** owner, rights, policies and comments of the table. Who goes through the partitioned table needs
rights on that one only, and row security of the table does not hold there.

**Not proven beforehand** is a bound of a hash (PostgreSQL knows no CHECK for it), of a key that is an expression, has another
collation than its column or no default operator class, and the default partition of a partition: there ATTACH reads the
table under ACCESS EXCLUSIVE, which `scan = true` accepts.

**The way back** detaches: CONCURRENTLY, and where there is a default partition, which PostgreSQL cannot, under ACCESS EXCLUSIVE on
the partitioned table for an instant. Rows that came in through it since are then in the table, and no longer seen through it.

**Refused, with the list:** columns that one of the two lacks, or that differ in type, collation or how they are generated;
identity columns from PostgreSQL 17 on; constraints and triggers of the same name that are others; another primary key;
foreign keys of the partitioned table to itself; exclusion constraints that the table lacks; tables that are partitions, take
part in inheritance, or are not logged as the other is. A table that is partitioned itself has to have the indexes and foreign
keys already: `recipe.create_index` makes them.]],
    fields = {
        shared.table,
        { name = "partition", kind = "qualified", required = true, doc = "The table that becomes a partition." },
        { name = "from", kind = "texts", needs = { "to" },
          doc = "By range: where it begins, as `\"2026-01-01\"`, or a list with a text for each key; MINVALUE is before all." },
        { name = "to", kind = "texts", only_with = "from", doc = "By range: where the next one begins; MAXVALUE is behind all." },
        { name = "values", kind = "texts", doc = "By list: the values of the key." },
        { name = "null", kind = "boolean", default = false, only_with = "values", doc = "By list: rows without a key, too." },
        { name = "modulus", kind = "integer", min = 1, needs = { "remainder" }, doc = "By hash: by what it is divided." },
        { name = "remainder", kind = "integer", min = 0, only_with = "modulus", doc = "By hash: what is left." },
        { name = "default", kind = "yes", doc = "It takes the rows that no other partition takes." },
        { name = "scan", kind = "boolean", default = false,
          doc = "ATTACH may read the whole table under ACCESS EXCLUSIVE, where no CHECK can prove the bound." },
    },
    one_of = { "from", "values", "modulus", "default" },
    example = [[
recipe.attach_partition {
    table = "events",
    partition = "events_2027",
    from = "2027-01-01",
    to = "2028-01-01",
}]],
    expand = function(v, use)
        local t, p = use.table(v.table), use.table(v.partition, "partition")
        if not t or not p then
            return {}
        elseif t.kind ~= "partitioned table" then
            use.refuse("table", ("%s is no partitioned table"):format(t.relation), "recipe.partition_table makes it one")
            return {}
        end
        local bound = bounds.of(v, t, use)
        if not bound then
            return {}
        end
        local condition, name = bound.condition, use.name(p.name, "zdm_bound")
        if condition and t.partition_of then
            condition = ("%s AND %s"):format(t.condition, condition)
        elseif not condition and not bound.anything and not v.scan then
            use.refuse("partition", ("no CHECK can say beforehand that the rows of %s fit: ATTACH would read them under "
                .. "ACCESS EXCLUSIVE"):format(p.relation), "if that is short enough: scan = true")
            return {}
        end
        local made = p:lacks("constraints", name, "partition") and attaching.compare(t, p, use)
        if not made then
            return {}
        end
        local other = t.partition_by.default and not v.default and use.table(t.partition_by.default)
        local blocks, steps, last = made.blocks, made.steps, {}
        local function prove(of, as, what)
            local first, gone = helper(of, as, what, use)
            table.insert(blocks, 1, use.no_rows(of, as, ("(%s) IS NOT TRUE"):format(what)))
            table.move(first, 1, #first, #steps + 1, steps)
            table.move(gone, 1, #gone, #last + 1, last)
        end
        if condition then
            prove(p, name, condition)
        end
        if other and bound.condition then
            prove(other, use.name(other.name, "zdm_bound", p.name), ("NOT (%s)"):format(bound.condition))
        end
        local reads = other and not bound.condition
        local concurrently = not t.partition_by.default and not v.default
        steps[#steps + 1] = use.sql(
            use.id("attach %s to %s", p.name, t.name),
            ("ALTER TABLE %s ATTACH PARTITION %s %s"):format(t.relation, p.relation, bound.sql),
            { undo = ("ALTER TABLE %s DETACH PARTITION %s%s"):format(t.relation, p.relation,
                concurrently and " CONCURRENTLY" or ""),
                allow = reads and { "scan-attach-default-partition" } or nil,
                because = reads and "no CHECK can prove it, which the plan accepts with scan = true" or nil }
        )
        table.move(last, 1, #last, #steps + 1, steps)
        blocks[#blocks + 1] = use.words.expand(steps)
        return blocks
    end,
}
