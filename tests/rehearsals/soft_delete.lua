-- Old code sees rows that are marked, too; new code living ones. Neither notes what is marked, or deleted in the view.
local function application(notes)
    local rows_of = rows { table = notes, key = "id::text", value = "body" }
    return {
        ("SELECT id, slug, body FROM %s WHERE id = :row"):format(notes),
        rows_of.write(("INSERT INTO %s (slug, body) VALUES ('w' || :n, 'w' || :n)"):format(notes)),
        rows_of.write(("UPDATE %s SET body = 'w' || :n WHERE id = :row"):format(notes)),
        rows_of.write(("UPDATE %s SET slug = NULL, body = NULL WHERE id = :row + 1"):format(notes)),
        (rows_of.check:gsub("LEFT JOIN", "JOIN")),
    }
end
local notes = rows { table = "notes", key = "id::text", value = "body" }
return {
    old = all(application "notes", {
        [[INSERT INTO notes (slug, body) VALUES ('slug ' || :row, 'again')
          ON CONFLICT (slug) DO UPDATE SET slug = EXCLUDED.slug]],
        notes.delete "id = :row",
    }),
    new = all(application "living_notes", {
        "UPDATE notes SET deleted_at = now() WHERE id = :row",
        "DELETE FROM living_notes WHERE id = :row + 2",
    }),
}
