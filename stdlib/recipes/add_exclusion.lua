--- An exclusion constraint, which only has a way under a lock.

local shared = require "fields/shared"

return {
    name = "add_exclusion",
    doc = "Adds an EXCLUDE constraint, as far as it can be added beside an application: PostgreSQL builds its "
        .. "index and looks at every row in one statement that locks out readers and writers, so a gate is closed "
        .. "while the table is larger than `max_size`.",
    notes = [[
**How long it takes.** The statement takes no index that is there, and has no NOT VALID: 17 MB (300,000 rows of an integer
and a tstzrange) took 10 s on a busy machine, and 2 MB about one. A row in the way makes it fail, and names both keys.

**Larger tables.** Make another one with the constraint, copy the rows in batches and swap the names, or keep the rule in
a constraint of what the rows are made of, such as UNIQUE (room, day).]],
    fields = {
        shared.table,
        { name = "name", kind = "identifier", required = true, doc = "The constraint's name." },
        { name = "elements", kind = "text", required = true, doc = "What excludes what, as in SQL: `room WITH =, during WITH &&`." },
        { name = "using", kind = "identifier", default = "gist", doc = "Access method. gist has `=` of integers and texts by the extension btree_gist." },
        { name = "where", kind = "expression", doc = "Only rows for which this holds." },
        { name = "max_size", kind = "bytes", default = "2MB", doc = "The largest table, without indexes, that may be locked for the build." },
    },
    example = [[
recipe.add_exclusion {
    table = "bookings",
    name = "bookings_no_overlap",
    elements = "room WITH =, during WITH &&",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local name = use.identifier(v.name)
        if not t or not t:is_table() or not t:lacks("constraints", name, "name") or not t:lacks("indexes", name, "name") then
            return {}
        elseif t.kind == "partitioned table" then
            use.refuse("table", "PostgreSQL has no exclusion constraints of partitioned tables before version 17",
                "add it to each partition")
            return {}
        end
        local alter = ("ALTER TABLE %s "):format(t.relation)
        return {
            use.words.gate(use.id("%s is small enough for %s", t.name, name)) {
                use.words.sql("the build locks out readers and writers")(([[
SELECT s.bytes <= %d AS small_enough, pg_catalog.pg_size_pretty(s.bytes) AS size, pg_catalog.pg_size_pretty(%d::bigint) AS max_size
FROM (SELECT pg_catalog.pg_table_size(%s::pg_catalog.regclass)) AS s(bytes)]]):format(
                    v.max_size, v.max_size, use.literal(t.relation))),
            },
            use.words.expand {
                use.sql(
                    use.id("constraint %s", name),
                    alter .. ("ADD CONSTRAINT %s EXCLUDE USING %s (%s)%s"):format(use.quote(name), v.using, v.elements,
                        v.where and (" WHERE (\n%s\n)"):format(v.where.text) or ""),
                    {
                        undo = alter .. "DROP CONSTRAINT " .. use.quote(name),
                        allow = { "scan-add-exclude" },
                        because = "a gate has seen that the table is small",
                    }
                ),
            },
        }
    end,
}
