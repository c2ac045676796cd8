--- How indexes are built and dropped, also of partitioned tables, where those of the partitions are parts of it.
--
-- PostgreSQL neither builds nor drops these concurrently as a whole. So each partition's is built concurrently by
-- itself, and then ON ONLY and ATTACH make them one in an instant. They can only go together: DROP INDEX locks the
-- table and all of its partitions, for an instant.
--
-- A node is { t, name, unique, tail, parts, old, path }: t the description of its table, tail what its SQL says behind
-- the table, parts the nodes of the partitions, old the description of the index where there is one, path the tables
-- from that of the root to t. Statements that are for a partition say so by its path (pieces.lua).

local aside = require "aside"
local native = require "native"
local pieces = require "pieces"

local parted = {
    --- Of the pages of recipes.
    notes = [[
**Partitions that come in the meantime** get their part by PostgreSQL once the index of the table is there. One that
came before, since the plan was put together, stops the step that makes the parts one: it names the partition, and the
statement that builds its index; then go on. On the way back it is the same for those that came since the index was
dropped.

**Foreign tables** among the partitions are refused: PostgreSQL takes no index for whole that was made without them,
part by part.]],
    -- Of those that work partition by partition.
    gone = [[
**Partitions that go in the meantime**, dropped or detached since the plan was put together, are left out of what is
still to do, and of the way back; all else is done. One that was dropped takes its part along. One that was detached is
a table of its own: it keeps what it has at that moment, and gets nothing any more, neither forward nor back; only
indexes, keys and foreign keys that zdm added beside what was there the way back takes away again. One that was renamed,
or moved to another partitioned table, counts as detached.]],
}
parted.notes = parted.notes .. "\n\n" .. parted.gone

local function qualified(node)
    return native.quote_qualified(node.t.schema, node.name)
end

--- What its statements are for, as in pieces.lua; nil of the root, in any case.
function parted.of(node)
    return #node.path > 1 and node.path or nil
end

local function longer(path, name)
    local new = { table.unpack(path) }
    new[#new + 1] = name
    return new
end

--- The same of statements about an index of its table, by its (bare) name: a new table of that name may have none.
function parted.of_index(node, name)
    return parted.of(node) and longer(node.path, native.quote_qualified(node.t.schema, name))
end

-- Is it of a partitioned table?
local function is_whole(node)
    return node.t.kind == "partitioned table"
end

--- Its SQL. how: "concurrently"; "only" for the partitioned table alone; "again" as "only", unless it is there.
function parted.create(node, how)
    return ("CREATE %sINDEX %s%s ON %s%s%s"):format(
        node.unique and "UNIQUE " or "",
        how == "concurrently" and "CONCURRENTLY " or how == "again" and "IF NOT EXISTS " or "",
        native.quote_ident(node.name),
        how and how ~= "concurrently" and "ONLY " or "",
        node.t.relation,
        node.tail
    )
end

-- Calls f(node) for each, a whole before its parts.
local function each(node, f)
    f(node)
    for _, part in ipairs(node.parts) do
        each(part, f)
    end
end

local function each_leaf(root, f)
    each(root, function(node)
        if not is_whole(node) then
            f(node)
        end
    end)
end

parted.each = each

-- The descriptions of the partitions, or nil when that is reported.
local function partitions_of(use, t)
    local list = {}
    for i, name in ipairs(t.partitions) do
        local p = use.table(name)
        if not p then
            return nil
        elseif p.kind == "foreign table" then
            use.refuse("table", ("%s, a partition of %s, is a foreign table, which has no indexes"):format(p.relation,
                t.relation), "PostgreSQL makes an index without it only as a whole, under a lock: CREATE INDEX in a "
                .. "step of sql")
            return nil
        end
        list[i] = p
    end
    return list
end

--- What the nodes are called in ids: by their names, and those that share one by their schemas, too.
function parted.labels(root)
    local count = {}
    each(root, function(node)
        count[node.name] = (count[node.name] or 0) + 1
    end)
    return function(node)
        return count[node.name] > 1 and qualified(node) or node.name
    end
end

--- The nodes of an index that is to be made of table t and its partitions: { name, keys, unique, using, behind }.
--- nil when that cannot be, which is reported. above: the path to t, without it.
function parted.planned(use, t, index, above)
    local node = {
        t = t,
        path = longer(above or {}, t.relation),
        name = index.name,
        unique = index.unique,
        tail = (" USING %s (%s)%s"):format(index.using or "btree", index.keys, index.behind or ""),
        parts = {},
    }
    for i, p in ipairs(partitions_of(use, t) or { false }) do
        local part = p and p:lacks("indexes", use.name(p.name, index.name), "name") and parted.planned(use, p, {
            name = use.name(p.name, index.name),
            unique = index.unique,
            using = index.using,
            keys = index.keys,
            behind = index.behind,
        }, node.path)
        if not part then
            return nil
        end
        node.parts[i] = part
    end
    return node
end

--- The nodes of an index that is there; nil when that cannot be, which is reported. above: as of parted.planned.
function parted.there(use, t, index, above)
    local head = ("CREATE %sINDEX %s ON %s%s"):format(index.unique and "UNIQUE " or "", use.quote(index.name),
        t.kind == "partitioned table" and "ONLY " or "", t.relation)
    local node = {
        t = t,
        path = longer(above or {}, t.relation),
        name = index.name,
        unique = index.unique,
        tail = index.definition:sub(#head + 1),
        parts = {},
        old = index,
    }
    local partitions, whole = partitions_of(use, t), use.qualified(t.schema, index.name)
    for _, p in ipairs(partitions or {}) do
        for _, other in ipairs(p.indexes) do
            if other.attached_to == whole then
                node.parts[#node.parts + 1] = parted.there(use, p, other, node.path)
            end
        end
    end
    return partitions and node
end

--- The same nodes, changed: change(node) returns fields that are others.
function parted.like(node, change)
    local other, changed = { parts = {} }, change(node)
    for _, field in ipairs { "t", "path", "name", "unique", "tail", "old" } do
        other[field] = changed[field]
        if other[field] == nil then
            other[field] = node[field]
        end
    end
    for i, part in ipairs(node.parts) do
        other.parts[i] = parted.like(part, change)
    end
    return other
end

-- Statements that make the indexes of the partitions, which are there, one.
local function joining(node, how, out)
    out:add(parted.create(node, how), parted.of(node))
    for _, part in ipairs(node.parts) do
        if is_whole(part) then
            joining(part, how, out)
        end
        out:add(("ALTER INDEX %s ATTACH PARTITION %s"):format(qualified(node), qualified(part)),
            is_whole(part) and parted.of(part) or parted.of_index(part, part.name))
    end
    return out
end

-- A statement behind these, for partitions that came since the plan was made: an index that was built on one in the
-- meantime becomes a part; without one nothing would ever use the whole, so that is an error.
local function latecomers(root)
    return "DO " .. native.quote_literal(aside.query([[

DECLARE
    late record;
BEGIN
    FOR late IN
        WITH told AS (
            SELECT x.indexrelid, x.indrelid, x.indisunique, x.indisvalid, o.relispartition,
                   pg_catalog.substr(pg_catalog.pg_get_indexdef(x.indexrelid), 1 + pg_catalog.length(pg_catalog.format(
                       'CREATE %sINDEX %I ON %s%I.%I', CASE WHEN x.indisunique THEN 'UNIQUE ' END, o.relname,
                       CASE WHEN c.relkind = 'p' THEN 'ONLY ' END, n.nspname, c.relname))) AS tail
              FROM pg_catalog.pg_partition_tree(<'relation'>::pg_catalog.regclass) AS f
              JOIN pg_catalog.pg_index AS x ON x.indrelid = f.relid
              JOIN pg_catalog.pg_class AS o ON o.oid = x.indexrelid
              JOIN pg_catalog.pg_class AS c ON c.oid = x.indrelid
              JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        )
        SELECT i.indexrelid::pg_catalog.regclass AS whole, k.inhrelid::pg_catalog.regclass AS partition, i.tail,
               CASE WHEN i.indisunique THEN 'UNIQUE ' END AS kind,
               (SELECT pg_catalog.min(x.indexrelid) FROM told AS x
                 WHERE x.indrelid = k.inhrelid AND x.indisvalid AND NOT x.relispartition
                   AND x.indisunique = i.indisunique AND x.tail = i.tail)::pg_catalog.regclass AS part
          FROM pg_catalog.pg_partition_tree(<'index'>::pg_catalog.regclass) AS f
          JOIN told AS i ON i.indexrelid = f.relid
          JOIN pg_catalog.pg_inherits AS k ON k.inhparent = i.indrelid AND NOT k.inhdetachpending
         WHERE NOT EXISTS (
                 SELECT FROM pg_catalog.pg_inherits AS h JOIN told AS x ON x.indexrelid = h.inhrelid
                  WHERE h.inhparent = i.indexrelid AND x.indrelid = k.inhrelid)
    LOOP
        IF late.part IS NULL THEN
            RAISE EXCEPTION USING
                ERRCODE = 'object_not_in_prerequisite_state',
                MESSAGE = pg_catalog.format('%s became a partition since the plan was made, and has no index like %s',
                                            late.partition, late.whole),
                DETAIL = 'without it no query would use the index of the whole table, which would be INVALID',
                HINT = pg_catalog.format('build it, then go on: CREATE %sINDEX CONCURRENTLY ON %s%s',
                                         late.kind, late.partition, late.tail);
        END IF;
        EXECUTE pg_catalog.format('ALTER INDEX %s ATTACH PARTITION %s', late.whole, late.part);
    END LOOP;
    IF NOT (SELECT indisvalid FROM pg_catalog.pg_index WHERE indexrelid = <'index'>::pg_catalog.regclass) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = pg_catalog.format('index %s would be INVALID: that of a partition is',
                                        <'index'>::pg_catalog.regclass),
            DETAIL = 'no query would use it',
            HINT = 'build that of the partition again, then go on: REINDEX INDEX CONCURRENTLY ...';
    END IF;
END]], { relation = root.t.relation, index = qualified(root) }))
end

--- A step that builds the index of a leaf concurrently.
function parted.build_leaf(use, leaf, label)
    local create, whole, name = parted.create(leaf, "concurrently"), parted.of(leaf), qualified(leaf)
    -- Once it is part of the table's index it goes with that; of a partition that was detached it stands there alone.
    local drop = ("DROP INDEX CONCURRENTLY %s%s"):format(whole and "IF EXISTS " or "", name)
    return use.more(use.sql(use.id("index %s", label), create, { undo = drop }), whole and {
        pieces = pieces.one(create, whole),
        undo_pieces = pieces.one(drop, { "", name }),
    } or {})
end

--- Steps that make an index.
function parted.build(use, root)
    local steps, label = {}, parted.labels(root)
    each_leaf(root, function(leaf)
        steps[#steps + 1] = parted.build_leaf(use, leaf, label(leaf))
    end)
    if is_whole(root) then
        local join, undo = joining(root, "only", pieces.new()), pieces.new():add("DROP INDEX " .. qualified(root))
        each(root, function(node) -- of one that was detached with partitions of its own
            if node ~= root and is_whole(node) then
                undo:add("DROP INDEX IF EXISTS " .. qualified(node), { "", qualified(node) })
            end
        end)
        steps[#steps + 1] = use.more(
            use.sql(use.id("index %s", label(root)), join:text(), { undo = undo:text() }),
            {
                pieces = join:marks(),
                undo_pieces = undo:marks(),
                behind = "SELECT " .. use.literal(latecomers(root)),
            }
        )
    end
    return steps
end

-- What was said of an index, by which its statistics are made, and whether its table is clustered on it. A leaf's is
-- built, or still there, whatever became of its partition.
local function said(node, use, out)
    local of = parted.of(node) and (is_whole(node) and node.path or { qualified(node) })
    for _, s in ipairs(node.old.statistics or {}) do
        out:add(("ALTER INDEX %s ALTER COLUMN %d SET STATISTICS %d"):format(qualified(node), s.key, s.target), of)
    end
    if node.old.clustered then
        out:add(("ALTER TABLE %s CLUSTER ON %s"):format(node.t.relation, use.quote(node.name)), of)
    end
    out:add(("COMMENT ON INDEX %s IS %s"):format(qualified(node),
        node.old.comment and use.literal(node.old.comment) or "NULL"), of)
end

--- Steps that drop an index of a partitioned table, the last one with this id. Each one before takes one of the indexes
--- back: undo goes backwards, and what is built concurrently stands alone. So they stand it when nothing was dropped.
function parted.drop(use, root, id)
    local label = parted.labels(root)
    local function announced(node, undo, more)
        local comment = ("COMMENT ON INDEX %s IS 'zdm: it is about to be dropped'"):format(qualified(node))
        more.pieces = pieces.one(comment, parted.of_index(node, node.name))
        return use.more(use.sql(use.id("index %s: announced", label(node)), comment, { undo = undo }), more)
    end
    local drop = "DROP INDEX " .. qualified(root)
    local back, gone, steps = joining(root, "again", pieces.new()), { drop }, {}
    each(root, function(node)
        said(node, use, back)
        -- They go with it; who judges without a catalog does not know that.
        gone[#gone + 1] = node ~= root and "DROP INDEX IF EXISTS " .. qualified(node) or nil
    end)
    local drops = table.concat(gone, ";\n")
    local built = { drops }
    each_leaf(root, function(leaf)
        local create = parted.create(leaf, "concurrently")
        built[#built + 1] = parted.create(leaf)
        steps[#steps + 1] = announced(leaf, create, {
            undo_finds = drops,
            undo_pieces = pieces.one(create, parted.of(leaf)),
        })
    end)
    table.insert(steps, 1, announced(root, back:text(), {
        undo_finds = table.concat(built, ";\n"),
        undo_pieces = back:marks(),
        -- One that was INVALID is so again.
        undo_behind = root.old.valid and "SELECT " .. use.literal(latecomers(root)) or nil,
    }))
    steps[#steps + 1] = use.sql(id, drop, {
        undo = "nothing",
        why = ("it goes with its parts, which PostgreSQL does not do concurrently: %s and its partitions are locked "
            .. "for an instant"):format(root.t.relation),
    })
    return steps
end

--- Is one of the parts the replica identity of its partition? Reported when it is.
function parted.identifies(use, root, field)
    local found = false
    each(root, function(node)
        if node.old.replica_identity then
            use.refuse(field, ("%s, a part of it, is the replica identity of %s"):format(qualified(node),
                node.t.relation))
            found = true
        end
    end)
    return found
end

return parted
