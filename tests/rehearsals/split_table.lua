-- Old code writes staff of even numbers, new code of odd ones: of two that write one row at once one may get a
-- deadlock. New code comes before all rows are copied.
local old = rows { table = "staff", key = "id::text", value = "bio" }
local new = rows { table = "profiles", key = "id::text", value = "bio" }
return {
    old = {
        "SELECT id, bio, theme, mail FROM staff WHERE org = 1 AND id = :row",
        old.write "INSERT INTO staff (org, id, login, bio) VALUES (2, :n, 'w', 'w' || :n)",
        old.write "UPDATE staff SET bio = 'w' || :n, theme = 'dark' WHERE org = 1 AND id = :row / 2 * 2",
        old.write "UPDATE staff SET bio = NULL, mail = NULL WHERE org = 1 AND id = :row / 4 * 4",
        old.write "UPDATE staff SET org = 5 WHERE org = 2 AND id = (SELECT min(id) FROM staff WHERE org = 2)",
        old.delete "org = 1 AND id = :row / 2 * 2",
        old.check,
    },
    new = {
        "SELECT id, bio, theme, mail FROM profiles WHERE org = 1 AND id = :row",
        {
            "INSERT INTO staff (org, id, login) VALUES (3, :n, 'w')",
            new.write "INSERT INTO profiles (org, id, bio) VALUES (3, :n, 'v' || :n)",
        },
        new.write "UPDATE profiles SET bio = 'v' || :n, theme = 'dark' WHERE org = 1 AND id = :row / 2 * 2 + 1",
        new.write "UPDATE profiles SET bio = NULL, mail = 's' || :n WHERE org = 1 AND id = :row / 4 * 4 + 1",
        { -- a row that stays without a theme would be in the way of taking back that it may be left out
            new.delete "org = 1 AND id = :row / 2 * 2 + 1",
            -- not where none was deleted, since the row has still to be copied: that would be a write that nobody noted
            [[INSERT INTO profiles (org, id) SELECT org, id FROM staff JOIN audit ON key = id::text AND value IS NULL
               WHERE org = 1 AND id = :row / 2 * 2 + 1
              ON CONFLICT DO NOTHING]],
        },
        new.check_of "bio IS NOT NULL",
    },
}
