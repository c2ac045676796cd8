--- A partition becomes a table of its own.

-- What speaks against it, sorted.
local function in_the_way(t, p, use)
    local list = {}
    for _, r in ipairs(t.referenced_by) do
        if r.table ~= p.relation then
            list[#list + 1] = ("foreign key %s of %s"):format(use.quote(r.name), r.table)
        end
    end
    for _, k in ipairs(p.constraints) do
        local other = k.type == "foreign key" and t.server_version < 150000 and use.table(k.references)
        if other and other.kind == "partitioned table" then
            list[#list + 1] = ("foreign key %s to the partitioned table %s, which PostgreSQL 14 would lose")
                :format(use.quote(k.name), other.relation)
        end
    end
    table.sort(list)
    return list
end

-- The bound as a CHECK, with which it can be attached again without a scan: its name, and its steps, none when the table
-- has it since it was detached before. nil where it has none: a default partition without others, and one by hash, whose
-- CHECK would name the partitioned table by its OID, which is another table's or nobody's where a dump is restored.
-- false, reported.
local function bound_check(t, p, use)
    local by_oid = p.condition and not t.partition_by.default and p.condition:find("satisfies_hash_partition(", 1, true)
    if not p.condition or by_oid then
        return nil
    end
    local name, definition = use.name(p.name, "bound"), ("CHECK (%s)"):format(p.condition)
    local own = p:constraint(name)
    if own and own.valid and own.definition == definition then
        return name
    end
    if not p:lacks("constraints", name, "partition") then
        return false
    end
    return name, use.constraint(p, name, definition)
end

-- Rows of its bound that the default partition took since: nobody but the author knows where they belong.
local function taken(other, p, use)
    return ([[
SELECT pg_catalog.format('%%s of %%s within the bound of %%s: move them there or delete them first',
           CASE n.n WHEN 1 THEN '1 row' WHEN 10001 THEN 'more than 10,000 rows' ELSE n.n || ' rows' END, %s, %s)
  FROM (SELECT pg_catalog.count(*) FROM (SELECT FROM %s WHERE %s LIMIT 10001) AS r) AS n(n)
 WHERE n.n > 0]]):format(use.literal(other.relation), use.literal(p.relation), other.relation, p.condition)
end

-- The steps around DETACH of a table with a default partition, which serve the way back alone: it is attached when a CHECK
-- proves that the default partition has none of its rows.
local function around(t, p, name, use)
    local other = use.table(t.partition_by.default)
    local alter = ("ALTER TABLE %s "):format(other.relation)
    local apart = use.name(other.name, "zdm_bound", p.name)
    local quoted = use.quote(apart)
    local function told(text)
        return ("COMMENT ON CONSTRAINT %s ON %s IS %s"):format(use.quote(name), p.relation,
            use.literal(text:format(t.relation)))
    end
    if not other:lacks("constraints", apart, "partition") then
        return nil
    end
    local add = alter .. ("ADD CONSTRAINT %s CHECK (NOT (%s))"):format(quoted, p.condition)
    return use.more(use.sql(use.id("%s: of a partition", name), told "zdm: the bound it has in %s", {
        undo = alter .. "DROP CONSTRAINT " .. quoted,
    }), { undo_finds = add }), {
        use.more(use.sql(use.id("%s: of a table", name), told "zdm: the bound that it had in %s", {
            undo = alter .. "VALIDATE CONSTRAINT " .. quoted,
        }), { undo_finds = add .. " NOT VALID" }),
        use.more(use.sql(use.id("%s: of a table that can come back", name),
            told "zdm: the bound that it had in %s, with which it can be attached again", {
                undo = add .. " NOT VALID",
            }), { undo_unless = { taken(other, p, use) } }),
    }, add
end

return {
    name = "detach_partition",
    doc = "Makes a partition a table of its own, while the partitioned one is in use: behind a gate it is detached "
        .. "CONCURRENTLY, which waits for whoever reads it and holds nobody up; interrupted half way it is finalized. A CHECK "
        .. "that says what the bound said is proven before and stays, so that it can be attached again without a scan. "
        .. "With `retain` the table is then set aside and dropped.",
    notes = [[
**What changes:** queries of the partitioned table no longer find the rows, and a row of that bound fails there with "no
partition of relation found for row" (or goes to the default partition). The gate asks whether nobody needs them.

**What the table keeps:** rows, owner, rights, indexes, constraints, foreign keys (as its own from then on), and the CHECK with
the bound, TABLE_bound: when other rows are to go in, drop it with `recipe.drop_constraint`. By hash there is none, for it
would name the partitioned table by its OID, and the way back reads the table under ACCESS EXCLUSIVE. Triggers that came from the
partitioned table go, and from PostgreSQL 17 on identity columns lose what gives them numbers; both come back on the way back.

**A default partition:** PostgreSQL then detaches nothing CONCURRENTLY. The plain form takes ACCESS EXCLUSIVE on the
partitioned table for an instant, with the retries of any brief statement. On the way back rows that the default
partition took since are counted, and `zdm rollback` refuses with exit code 4 until they are moved.

**Refused, with the list:** foreign keys that refer to the partitioned table, for PostgreSQL looks for rows that refer to
the partition while it locks the referring tables; and on PostgreSQL 14 foreign keys of the partition to a partitioned
table, which it would lose.]],
    fields = {
        { name = "table", kind = "qualified", required = true, doc = "The partitioned table." },
        { name = "partition", kind = "qualified", required = true, doc = "Its partition." },
        { name = "retain", kind = "text",
          doc = "Drop the table when it was kept aside under another name for so long: see `drop_table` among the steps." },
    },
    example = [[recipe.detach_partition { table = "events", partition = "events_2025" }]],
    expand = function(v, use)
        local t, p = use.table(v.table), use.table(v.partition, "partition")
        if not t or not p then
            return {}
        elseif p.partition_of ~= t.relation then
            use.refuse("partition", ("%s is no partition of %s"):format(p.relation, t.relation),
                p.partition_of and ("it is one of %s"):format(p.partition_of) or nil)
            return {}
        end
        local obstacles = in_the_way(t, p, use)
        if #obstacles > 0 then
            use.refuse("partition", ("%s cannot simply be detached: %s"):format(p.relation,
                table.concat(obstacles, "; ")), "take these away first")
            return {}
        end
        local w, default = use.words, t.partition_by.default
        local name, check = bound_check(t, p, use)
        if name == false then
            return {}
        end
        local before, behind, apart
        if default and default ~= p.relation and name then
            before, behind, apart = around(t, p, name, use)
            if not before then
                return {}
            end
        end
        local steps = { before }
        steps[#steps + 1] = use.more(use.sql(
            use.id("detach %s from %s", p.name, t.name),
            ("ALTER TABLE %s DETACH PARTITION %s%s"):format(t.relation, p.relation,
                default and "" or " CONCURRENTLY"),
            { undo = ("ALTER TABLE %s ATTACH PARTITION %s %s"):format(t.relation, p.relation, p.bound) }
        ), { undo_finds = apart })
        table.move(behind or {}, 1, 2, #steps + 1, steps)
        if v.retain then
            steps[#steps + 1] = w.drop_table { table = p.relation, retain = v.retain }
        end
        local blocks = {
            w.gate(use.id("%s leaves %s", p.name, t.name)) {
                w.approval(use.id("nobody reads or writes rows of %s through %s", p.name, t.name)),
            },
            w.contract(steps),
        }
        if check then
            table.insert(blocks, 1, w.expand(check))
        end
        return blocks
    end,
}
