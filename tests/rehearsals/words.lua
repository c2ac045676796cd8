--- What the loads beside this file are written in; it is put before each of them.
--
-- Each write notes in the same statement, in the table `audit`, what the row then holds. `check` fails by a division
-- by zero when a row holds anything else: because a write got lost, because two columns or tables came apart, because
-- a deleted row is back.

--- t: { table, key: the row's key as SQL text, value: what is noted of a row, as SQL text }
local function rows(t)
    local words = {}

    --- An INSERT or UPDATE of the table.
    function words.write(statement)
        return ([[
WITH w (key, value) AS (%s RETURNING %s, %s)
INSERT INTO audit SELECT key, value FROM w ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value]]):format(
            statement, t.key, t.value)
    end

    --- The same by code that knows old and new columns at once, while both are there.
    function words.write_both(statement)
        return ("SELECT try_both($try$%s$try$, :n, :row)"):format(
            (words.write(statement):gsub(":n", "$1"):gsub(":row", "$2")))
    end

    function words.delete(where)
        return ([[
WITH w (key) AS (DELETE FROM %s WHERE %s RETURNING %s)
INSERT INTO audit SELECT key, NULL FROM w ON CONFLICT (key) DO UPDATE SET value = NULL]]):format(t.table, where, t.key)
    end

    --- which: only of these notes (a), as SQL.
    function words.check_of(which)
        return ([[
SELECT 1 / (count(*) = 0)::int AS nothing_is_lost
  FROM audit AS a LEFT JOIN %s AS t ON %s = a.key WHERE %s IS DISTINCT FROM a.value AND %s]]):format(
            t.table, t.key, t.value, which)
    end
    words.check = words.check_of "true"
    return words
end

--- Of these rows only, and one client at a time: who waits for a row that goes to another partition gets an error
-- (40001), so that others leave these alone.
local odd_ones = "id = :row / 2 * 2 + 1 AND pg_try_advisory_xact_lock(1)"
local even_ones = "id = :row / 2 * 2"

--- The lists in one.
local function all(...)
    local list = {}
    for _, more in ipairs { ... } do
        for _, query in ipairs(more) do
            list[#list + 1] = query
        end
    end
    return list
end

--- Old and new code do the same.
local function both(queries)
    return { old = queries, new = queries }
end
