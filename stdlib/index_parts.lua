--- Indexes, made and spelt: parts of recipes.

local native = require "native"
local parted = require "parted"

local index_parts = {}

--- What stands behind the keys of an index, by the fields `include` and `where`; with `old`, the parameters of an
--- index whose place it takes. Reported, and nil, when there is no such column.
function index_parts.index_tail(use, t, v, old)
    local words = {}
    if v.include then
        local names = {}
        for i, text in ipairs(v.include) do
            local column = t:column(text, "include")
            if not column then
                return nil
            end
            names[i] = column.name
        end
        words[1] = (" INCLUDE (%s)"):format(use.names(names))
    end
    if old and old.options and old.definition:find(" USING " .. (v.using or "btree") .. " ", 1, true) then
        words[#words + 1] = (" WITH (%s)"):format(old.options)
    end
    if old and old.tablespace then
        words[#words + 1] = " TABLESPACE " .. use.quote(old.tablespace)
    end
    if v.where then
        words[#words + 1] = (" WHERE (\n%s\n)"):format(v.where.text)
    end
    return table.concat(words)
end

--- An index: { name, keys, unique, using, behind }; keys and behind are SQL. No steps when that is refused.
function index_parts.index(use, t, index)
    local root = parted.planned(use, t, index)
    return root and parted.build(use, root) or {}
end

--- The definition of an index in three: up to its tablespace, " TABLESPACE x", and " WHERE ...". Either may be "".
function index_parts.index_parts(_, index)
    local space = index.tablespace and " TABLESPACE " .. native.quote_ident(index.tablespace) or ""
    local condition = index.predicate and " WHERE " .. index.predicate or ""
    local head = index.definition:sub(1, -1 - #space - #condition)
    if head .. space .. condition ~= index.definition then -- said anew, or described when it was without its tablespace
        return index.definition, "", ""
    end
    return head, space, condition
end

--- How and where the index of a constraint is stored, as far as the constraint's definition does not say it.
function index_parts.stored(_, t, k)
    local index = t:index(k.index)
    local options = k.type ~= "exclusion" and index.options
    return (options and (" WITH (%s)"):format(options) or "")
        .. (index.tablespace and " USING INDEX TABLESPACE " .. native.quote_ident(index.tablespace) or "")
end

--- The SQL of an index like one of table t, under another name on another relation.
function index_parts.index_like(_, t, index, name, relation, concurrently)
    local _, at = index.definition:find((" ON %s USING "):format(t.relation), 1, true)
    return ("CREATE %sINDEX %s%s ON %s USING %s"):format(
        index.unique and "UNIQUE " or "",
        concurrently and "CONCURRENTLY " or "",
        native.quote_ident(name),
        relation,
        index.definition:sub(at + 1)
    )
end

--- Statements that give an index of that (bare) name what none says that makes one: the comment of this one, and the
--- statistics targets of its expressions, into `out`.
function index_parts.index_remarks(_, t, index, name, out)
    local qualified = native.quote_qualified(t.schema, name)
    if index.comment then
        out[#out + 1] = ("COMMENT ON INDEX %s IS %s"):format(qualified, native.quote_literal(index.comment))
    end
    for _, of in ipairs(index.statistics or {}) do
        out[#out + 1] = ("ALTER INDEX %s ALTER COLUMN %d SET STATISTICS %d"):format(qualified, of.key, of.target)
    end
end

return index_parts
