--- Rows that are in the way of a constraint, and what it is to have a value: parts of recipes.

local rows_in_way = {}

--- A gate that is closed while there are rows for which the condition holds: from a NOT VALID constraint on the
-- application could not even update them.
function rows_in_way.no_rows(use, t, name, condition)
    return use.words.gate(use.id("%s: no row is in its way", name)) {
        use.words.sql("no row is in its way")(
            ("SELECT pg_catalog.count(*) = 0 AS none, pg_catalog.count(*) AS rows_in_its_way FROM %s WHERE %s"):format(
                t.relation,
                condition
            )
        ),
    }
end

--- Has the column (as described, or nil) a value, as SQL? IS NULL looks at the fields of a row, IS DISTINCT does not.
function rows_in_way.given(_, c, quoted)
    return quoted .. (c and c.row_type and " IS DISTINCT FROM NULL" or " IS NOT NULL")
end

--- Has it none?
function rows_in_way.missing(_, c, quoted)
    return quoted .. (c and c.row_type and " IS NOT DISTINCT FROM NULL" or " IS NULL")
end

return rows_in_way
