--- The SQL behind stop_writes: a trigger that refuses every write of a table.
--
-- Not REVOKE: that would leave the owner and superusers out, and taking it back would have to know who had what. The
-- trigger is of the whole statement, so that it costs nothing, and refuses statements that would change no row, too.

local native = require "native"

local stop = {}

--- What is known before the plan is put together: s as target_of() has it.
function stop.resolve(values, s)
    local hash = native.sha256(("%s\0%s"):format(s.schema or "", s.name)):sub(1, 16)
    s.trigger, s.func = "a_zdm_stop_" .. hash, "zdm.stop_" .. hash
    s.uses, s.partitions, s.down_sql = {}, {}, stop.down_sql
    for i, text in ipairs(values.partitions or {}) do
        local name, _, schema = native.split_name(text)
        s.partitions[i] = native.quote_qualified(schema, name)
    end
    return s
end

--- The statements that stop writes.
function stop.up_sql(s)
    local list = {
        (([[
CREATE FUNCTION <func>() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $zdm$
BEGIN
    RAISE EXCEPTION '% of % is refused: zdm stopped writes to this table', TG_OP, TG_RELID::pg_catalog.regclass
        USING ERRCODE = 'read_only_sql_transaction',
            HINT = 'The table is about to be dropped. zdm rollback lets writes through again.';
END
$zdm$;]]):gsub("<func>", s.func)),
    }
    for i = 0, #s.partitions do
        list[i + 2] = ([[
CREATE TRIGGER %s BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT
EXECUTE FUNCTION %s();]]):format(s.trigger, s.partitions[i] or s.relation, s.func)
    end
    return table.concat(list, "\n")
end

--- The statements that let them through again. A partition may be gone by now.
function stop.down_sql(s)
    local list = { ("DROP TRIGGER %s ON %s;"):format(s.trigger, s.relation) }
    for i, relation in ipairs(s.partitions) do
        list[i + 1] = ("DROP TRIGGER IF EXISTS %s ON %s;"):format(s.trigger, relation)
    end
    list[#list + 1] = ("DROP FUNCTION %s();"):format(s.func)
    return table.concat(list, "\n")
end

return stop
