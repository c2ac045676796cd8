-- breaks: + type public.mood: enum ('sad', 'curious', 'happy')
-- No ALTER TYPE takes a value back.
local staff = rows { table = "staff", key = "login", value = "mood::text" }
local application = {
    "SELECT id, mood FROM staff WHERE org = 1 AND id = :row",
    staff.write "INSERT INTO staff (org, id, login, mood) VALUES (2, :n, 'w' || :n, 'sad')",
    staff.write "UPDATE staff SET mood = 'happy' WHERE org = 1 AND id = :row",
    staff.write "UPDATE staff SET mood = NULL WHERE org = 1 AND id = :row + 1",
    staff.delete "org = 1 AND id = :row",
    staff.check,
    "SELECT count(*) FROM staff WHERE mood > 'sad'",
}
return {
    old = application,
    new = all(application, { staff.write "UPDATE staff SET mood = 'curious' WHERE org = 1 AND id = :row" }),
}
