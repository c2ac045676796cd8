--- The second table while it is empty: a part of shadow.lua, which see.

local hanging = require "hanging"
local native = require "native"
local rights = require "rights"

local twin = {}

--- The bare name of a column's sequence, and its schema.
function twin.sequence_names(c)
    local bare, _, schema = native.split_name(c.sequence)
    return bare, schema
end

-- A NOT NULL that tables which inherit would not have. A partitioned table has none such.
local function is_own_only(k, want)
    return k and k.type == "not null" and k.definition:find " NO INHERIT$" and not want.partition_by
end

local function column_sql(c, t, want, use)
    local parts = { use.quote(c.name), c.type }
    if c.compression then
        parts[#parts + 1] = "COMPRESSION " .. c.compression
    end
    if c.collation then
        parts[#parts + 1] = "COLLATE " .. c.collation
    end
    if c.generated then
        parts[#parts + 1] = ("GENERATED ALWAYS AS (%s) STORED"):format(c.generated)
    elseif c.identity then
        local bare, schema = twin.sequence_names(c)
        parts[#parts + 1] = ("GENERATED %s AS IDENTITY (SEQUENCE NAME %s %s)"):format(c.identity:upper(),
            use.qualified(schema, use.name(bare, "zdm_new")), c.sequence_options)
    elseif c.default then
        parts[#parts + 1] = "DEFAULT " .. c.default
    end
    local k = t:not_null_of(c.name) -- since PostgreSQL 18
    if c.not_null and not is_own_only(k, want) then
        parts[#parts + 1] = k and "CONSTRAINT " .. use.quote(k.name) or nil
        parts[#parts + 1] = "NOT NULL"
    end
    return table.concat(parts, " ")
end

-- What ALTER TABLE and the like say of a column, and the table's own rights and comments.
local function settings(t, want, new, use, out)
    for _, c in ipairs(t.columns) do
        use.column_settings(new, c, out)
    end
    for _, partition in ipairs(want.partitions or {}) do -- which do not get these from their table
        for _, c in ipairs(t.columns) do
            if c.options then
                out[#out + 1] = ("ALTER TABLE %s ALTER COLUMN %s SET (%s)"):format(
                    use.qualified(t.schema, partition.name), use.quote(c.name), table.concat(c.options, ", "))
            end
        end
    end
    if t.comment then
        out[#out + 1] = ("COMMENT ON TABLE %s IS %s"):format(new, use.literal(t.comment))
    end
    for _, statement in ipairs(use.privileges(t, new)) do
        out[#out + 1] = statement
    end
    for _, c in ipairs(t.columns) do
        if c.identity then
            local bare, schema = twin.sequence_names(c)
            local sequence = use.qualified(schema, use.name(bare, "zdm_new"))
            out[#out + 1] = rights.revoke(t, "sequence", sequence)
            for _, grant in ipairs(c.sequence_is.grants or {}) do
                out[#out + 1] = ("GRANT %s ON SEQUENCE %s TO %s%s"):format(grant.privilege, sequence,
                    grant.role and use.quote(grant.role) or "PUBLIC", grant.grantable and " WITH GRANT OPTION" or "")
            end
            if c.sequence_is.comment then
                out[#out + 1] = ("COMMENT ON SEQUENCE %s IS %s"):format(sequence, use.literal(c.sequence_is.comment))
            end
        end
    end
end

--- A constraint's definition that claims all rows.
function twin.without_not_valid(definition)
    return (definition:gsub(" NOT VALID$", ""))
end

--- The new table with what is cheap while it is empty: keys, checks, foreign keys to others; of the indexes those
-- that are unique, or all when they could not be built beside the application later.
function twin.create(s, want, use)
    local t, out, columns = s.t, {}, {}
    for i, c in ipairs(want.columns) do
        columns[i] = "    " .. column_sql(c, t, want, use)
    end
    local by = t.stored_by and " USING " .. use.quote(t.stored_by) or ""
    local options = by .. (t.options and (" WITH (%s)"):format(table.concat(t.options, ", ")) or "")
    local space = t.tablespace and " TABLESPACE " .. use.quote(t.tablespace) or "" -- partitions get it, too
    out[1] = ("CREATE TABLE %s (\n%s\n)%s%s"):format(s.new, table.concat(columns, ",\n"),
        want.partition_by and " PARTITION BY " .. want.partition_by or options, space)
    for _, partition in ipairs(want.partitions or {}) do
        out[#out + 1] = ("CREATE TABLE %s PARTITION OF %s %s%s"):format(
            use.qualified(t.schema, partition.name), s.new, partition.bound, options)
        out[#out + 1] = ("ALTER TABLE %s OWNER TO %s"):format(
            use.qualified(t.schema, partition.name), use.quote(t.owner))
        out[#out + 1] = rights.revoke(t, "table", use.qualified(t.schema, partition.name))
    end
    local alter = ("ALTER TABLE %s ADD CONSTRAINT "):format(s.new)
    for _, k in ipairs(t.constraints) do
        local named = alter .. use.quote(k.name) .. " "
        if k.type == "primary key" then
            local head = ("PRIMARY KEY (%s)"):format(use.names(k.columns))
            local include = k.definition:sub(1, #head) == head and k.definition:sub(#head + 1) or ""
            local definition = want.key and ("PRIMARY KEY (%s)"):format(use.names(want.key)) .. include or k.definition
            out[#out + 1] = alter .. use.quote(use.name(k.index, "zdm_new")) .. " " .. definition .. use.stored(t, k)
        elseif k.type == "unique" then
            out[#out + 1] = alter .. use.quote(use.name(k.index, "zdm_new")) .. " " .. k.definition
                .. use.stored(t, k)
        elseif is_own_only(k, want) then
            out[#out + 1] = named .. k.definition
        elseif k.type == "check" or (k.type == "foreign key" and k.references ~= t.relation) then
            -- On an empty table nothing is to be proven; what was never proven of the old rows is not claimed.
            out[#out + 1] = named .. (want.partition_by and twin.without_not_valid(k.definition) or k.definition)
        end
    end
    for _, index in ipairs(t.indexes) do
        if not index.constraint and (index.unique or want.partition_by) then
            out[#out + 1] = use.index_like(t, index, use.name(index.name, "zdm_new"), s.new)
        end
    end
    settings(t, want, s.new, use, out)
    hanging.create(t, s.new, use, out)
    return table.concat(out, ";\n")
end

--- Whatever create() makes, with the rights that are meant.
function twin.made(s, want, use)
    local list = { { name = s.new, grants = s.t.grants } }
    for _, partition in ipairs(want.partitions or {}) do
        list[#list + 1] = { name = use.qualified(s.t.schema, partition.name) }
    end
    for _, c in ipairs(s.t.columns) do
        if c.identity then
            local bare, schema = twin.sequence_names(c)
            list[#list + 1] = {
                name = use.qualified(schema, use.name(bare, "zdm_new")),
                grants = c.sequence_is.grants,
            }
        end
    end
    return list
end

return twin
