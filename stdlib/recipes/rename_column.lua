--- A column under another name: a second column beside it, and then the first goes.

local published = require "published"
local repoint = require "repoint"
local shared = require "fields/shared"
local successor = require "successor"
local versions = require "versions"

-- What the new column cannot take over.
local function in_the_way(t, c, wanted, use)
    local list = {}
    for _, d in ipairs(t.dependents) do
        local follows = d.kind == "view" and t.views -- not known of a description that an older zdm made
        if d.column == c.name and not follows and not versions.goes(wanted, t, d, use) then
            list[#list + 1] = d.what
        end
    end
    list[#list + 1] = t:unproven(c.name)
    local kept = { ["check"] = true, ["unique"] = true, ["foreign key"] = true, ["not null"] = true }
    for _, k in ipairs(t.constraints) do
        if use.contains(k.columns, c.name) and not kept[k.type] then
            list[#list + 1] = ("%s %s"):format(k.type, k.name)
        end
    end
    for _, index in ipairs(t.indexes) do
        if use.contains(index.columns, c.name) then
            local k = index.constraint and t:constraint(index.constraint)
            if k and k.type ~= "unique" and not use.contains(k.columns, c.name) then
                list[#list + 1] = ("%s %s"):format(k.type, k.name)
            end
            if index.replica_identity then
                list[#list + 1] = ("replica identity %s"):format(index.name)
            end
        end
    end
    for _, r in ipairs(t.referenced_by) do
        if use.contains(r.referenced, c.name) then
            list[#list + 1] = ("foreign key %s of %s"):format(r.name, r.table)
        end
    end
    for _, tie in ipairs(t.ties or {}) do
        if tie.column == c.name then
            list[#list + 1] = tie.what
        end
    end
    for _, what in ipairs { "generated", "identity", "sequence", "inherited" } do
        if c[what] then
            list[#list + 1] = what == "sequence" and "sequence " .. c.sequence or ("it is %s"):format(what)
        end
    end
    if c.type_default then
        list[#list + 1] = ("the default of its type %s, which a column cannot be without"):format(c.type)
    end
    if c.no_equality then
        list[#list + 1] = ("its type %s has no equality by which both columns could be compared"):format(c.type)
    end
    repoint.in_the_way(t, c, repoint.of(t, c, use, function(relation)
        return versions.goes(wanted, t, { view = relation }, use)
    end), use, list)
    list[#list + 1] = t:family()
    table.sort(list)
    return list
end

-- A name for what belongs to the new column.
local function name_for(name, c, to, t, use)
    local at, stop = name:find(c.name, 1, true)
    local new = at and use.name(name:sub(1, at - 1) .. to .. name:sub(stop + 1)) or use.name(name, to)
    for _, list in ipairs { t.indexes, t.constraints } do
        for _, other in ipairs(list) do
            if other.name == new then
                return use.name(name, to, "new")
            end
        end
    end
    return new
end

local function comment_on(k, name, t, use, remarks)
    if k and k.comment then
        remarks[#remarks + 1] = ("COMMENT ON CONSTRAINT %s ON %s IS %s"):format(use.quote(name), t.relation,
            use.literal(k.comment))
    end
end

local function indexes(t, c, to, use, steps, remarks)
    for _, index in ipairs(t.indexes) do
        local constraint = index.constraint and t:constraint(index.constraint)
        if use.contains(index.columns, c.name) or constraint and use.contains(constraint.columns, c.name) then
            local name = name_for(index.name, c, to, t, use)
            successor.index(t, index, name, { [c.name] = to }, use, steps)
            use.index_remarks(t, index, name, remarks)
            comment_on(constraint, name, t, use, remarks)
            remarks.clustered = index.clustered and { from = index.name, to = name } or remarks.clustered
        end
    end
end

local function constraints(t, c, to, use, steps, remarks)
    for _, k in ipairs(t.constraints) do
        if use.contains(k.columns, c.name) and (k.type == "check" or k.type == "foreign key") then
            local name = name_for(k.name, c, to, t, use)
            successor.constraint(t, k, name, { [c.name] = to }, use, steps)
            comment_on(k, name, t, use, remarks)
        end
    end
end

-- Comments, statistics targets and the mark of CLUSTER go over, too.
local function remark(t, to, remarks, use, steps)
    local undo
    if remarks.clustered then
        local cluster = ("ALTER TABLE %s CLUSTER ON %%s"):format((t.relation:gsub("%%", "%%%%")))
        remarks[#remarks + 1] = cluster:format(use.quote(remarks.clustered.to))
        undo = cluster:format(use.quote(remarks.clustered.from))
    end
    if #remarks > 0 then
        steps[#steps + 1] = use.sql(use.id("what is said of indexes and constraints of %s.%s", t.name, to),
            table.concat(remarks, ";\n"), { undo = undo or "nothing" })
    end
end

return {
    name = "rename_column",
    doc = "Gives a column another name while old and new code run side by side: a second column with everything "
        .. "that hangs on the first (type, collation, storage, rights, comment, indexes, constraints, keys), kept "
        .. "equal by triggers; behind a gate the first is dropped.",
    notes = [[
**Views** that read the first column get to read the second, and show it under the name that they always did.

**ON CONFLICT.** While two columns are unique, INSERT ... ON CONFLICT on one of them can fail with a duplicate key of the
other, when two sessions insert the same value at the same time: the application has to repeat it.

**Defaults.** While there are two columns both have the default, so that an INSERT tells by what it leaves out, and NULL
that is said of either stays NULL. Where the default is another one each time (it calls a function that is VOLATILE, or
not of the server itself), only the old column has it until contract: an INSERT that leaves both out gets it once, in
both; but one that says NULL of the new column, or of a view's column that reads it, gets the default as well, until the
old one goes, because it cannot be told from one that leaves both out. `zdm plan` says so at the step "sync ...". Code
that means NULL can say so by an UPDATE behind it, or of the old column.]],
    fields = {
        shared.table,
        { name = "from", kind = "identifier", required = true, doc = "The column." },
        { name = "to", kind = "identifier", required = true, doc = "Its new name." },
        versions.field,
    },
    example = [[
recipe.rename_column {
    table = "users",
    from = "email",
    to = "email_address",
}]],
    expand = function(v, use)
        local t = use.table(v.table)
        local c = t and t:is_table() and t:column(v.from, "from")
        local to = use.identifier(v.to)
        if not c or not t:lacks("columns", to, "to") then
            return {}
        end
        local obstacles = in_the_way(t, c, v.versions, use)
        if #obstacles > 0 then
            use.refuse(
                "from",
                ("%s has what the new column cannot take over: %s"):format(
                    use.quote(c.name),
                    table.concat(obstacles, "; ")
                ),
                "take these away first, or write the steps yourself"
            )
            return {}
        end
        local both = successor.shared_with_earlier(t, { c }, use)
        if both then
            use.refuse("from", both, "rename one column after the other: the second in a plan of its own")
            return {}
        end
        local views = versions.of(v.versions, { {
            t = t,
            old = versions.columns(t, {}),
            new = versions.columns(t, { [c.name] = { { from = to, name = to, grants = c.grants } } }),
        } }, use)
        if not views then
            return {}
        end
        local from, new = use.quote(c.name), use.quote(to)
        local w, alter = use.words, ("ALTER TABLE %s "):format(t.relation)
        local blocks = published.columns(t, { to }, use)
        blocks[#blocks + 1] = w.expand {
            use.sql(
                use.id("add %s.%s", t.name, to),
                successor.add_column(t, c, to, use),
                { undo = alter .. "DROP COLUMN " .. new }
            ),
            use.sync(c, { table = t.relation, from = from, to = new }, c.default),
        }
        blocks[#blocks + 1] = w.backfill(use.id("copy %s.%s to %s", t.name, c.name, to)) {
            table = t.relation,
            set = { [new] = from },
            where = ("%s AND %s"):format(use.missing(c, new), use.given(c, from)),
        }
        local steps, remarks = {}, {}
        indexes(t, c, to, use, steps, remarks)
        constraints(t, c, to, use, steps, remarks)
        remark(t, to, remarks, use, steps)
        if #steps > 0 then
            blocks[#blocks + 1] = w.expand(steps)
        end
        for _, block in ipairs(c.not_null and use.not_null(t, to, nil, nil, c) or {}) do
            blocks[#blocks + 1] = block
        end
        blocks[#blocks + 1] = repoint.block(t, c, to, repoint.of(t, c, use, function(relation)
            return versions.goes(v.versions, t, { view = relation }, use)
        end), use)
        if not views.none then
            blocks[#blocks + 1] = w.expand(views.steps)
        end
        local checks = {
            w.consistent { table = t.relation, from = from, to = new },
            w.sql(use.id("%s.%s has no index or constraint that came later", t.name, c.name))(
                successor.newcomers(t, c, use)
            ),
            w.approval(use.id("old code is gone: nobody uses %s.%s", t.name, c.name)),
        }
        views.watch(checks)
        blocks[#blocks + 1] = w.gate(use.id("nobody uses %s.%s", t.name, c.name))(checks)
        local last = { not views.none and views.drop() or nil }
        if c.default and not c.default_same then
            last[#last + 1] = use.sql(
                use.id("default of %s.%s", t.name, to),
                alter .. ("ALTER COLUMN %s SET DEFAULT %s"):format(new, c.default),
                { undo = alter .. ("ALTER COLUMN %s DROP DEFAULT"):format(new) }
            )
        end
        last[#last + 1] = w.drop_column { table = t.relation, column = from }
        blocks[#blocks + 1] = w.contract(last)
        return blocks
    end,
}
