-- The same statements before and behind the swap; their answers are text, whatever the columns are.
local name = [["My ""Shop"" %s"."All Users of a name that is as long as PostgreSQL lets it be: x"]]
local users = rows { table = name, key = [["The Id"::text]], value = [["E Mail"]] }
local function said(text)
    return (text:gsub("<users>", (name:gsub("%%", "%%%%"))))
end
return both {
    said [[SELECT "The Id"::text, "E Mail" FROM <users> WHERE "Org 1" = 1 AND "The Id" = :row]],
    said [[SELECT "user"::text FROM "It's of" JOIN <users> ON org = "Org 1" AND "user" = "The Id"
            WHERE "The Id" = :row]],
    users.write(said [[INSERT INTO <users> ("Org 1", "The Id", "E Mail") VALUES (2, :n, 'w' || :n)]]),
    users.write(said [[UPDATE <users> SET "E Mail" = 'w' || :n WHERE "Org 1" = 1 AND "The Id" = :row]]),
    {
        users.write(said [[UPDATE <users> SET "E Mail" = NULL WHERE "Org 1" = 1 AND "The Id" = :row + 1]]),
        said [[INSERT INTO "It's of" SELECT "Org 1", "The Id" FROM <users> WHERE "Org 1" = 1 AND "The Id" = :row + 1]],
    },
    users.write(said [[UPDATE <users> SET "Org 1" = 3 WHERE "The Id" = (SELECT max("The Id") FROM <users>)]]),
    users.delete [["The Id" = :row]],
    users.check,
}
