-- The same statements before and behind the swap, with values that both types have.
local shifts = rows {
    table = "shifts", key = "id::text", value = "replace(kind || others::text, 'nite', 'night')",
}
local wishes = rows { table = "wishes", key = "'w' || id", value = "kind::text" }
return both {
    "SELECT id, kind > 'early', 'early' = ANY (others) FROM shifts WHERE id = :row % 500",
    shifts.write "INSERT INTO shifts (id) VALUES (:n)",
    shifts.write "INSERT INTO shifts (id, kind, others) VALUES (:n, 'late'::shift, '{early,late}')",
    shifts.write "UPDATE shifts SET kind = 'late' WHERE id = :row % 500",
    shifts.write [[UPDATE shifts SET others = others || 'early'::shift
                    WHERE id = :row % 500 AND cardinality(others) < 9]],
    shifts.write "UPDATE shifts SET kind = DEFAULT, others = '{}' WHERE id = :row % 500",
    shifts.write_both "UPDATE shifts SET kind = 'early', zdm_new_kind = 'early' WHERE id = :row % 500",
    shifts.write_both "UPDATE shifts SET kind = 'early', zdm_old_kind = 'early' WHERE id = :row % 500",
    shifts.delete "id = :row % 500",
    wishes.write "INSERT INTO wishes (kind) VALUES ('late')",
    wishes.write "UPDATE wishes SET kind = NULL WHERE id = :row % 500",
    wishes.write "UPDATE wishes SET kind = 'early' WHERE id = :row % 500",
    shifts.check_of "a.key < 'w'",
    wishes.check_of "a.key >= 'w'",
}
