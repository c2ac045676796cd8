local name = [["My ""Shop"" %s"."All Users of a name that is as long as PostgreSQL lets it be: x"]]
local function application(mail)
    local users = rows { table = name, key = [["The Id"::text]], value = mail }
    local function said(text)
        return (text:gsub("<(%a+)>", { users = name, mail = mail }))
    end
    return {
        said [[SELECT "The Id", <mail>, upper FROM <users> WHERE "Org 1" = 1 AND "The Id" = :row]],
        users.write(said [[INSERT INTO <users> ("Org 1", "The Id", <mail>) VALUES (2, :n, 'w' || :n)]]),
        users.write(said [[UPDATE <users> SET <mail> = 'w' || :n, owner = 'o' WHERE "Org 1" = 1 AND "The Id" = :row]]),
        users.write(said [[UPDATE <users> SET <mail> = NULL WHERE "Org 1" = 1 AND "The Id" = :row + 1]]),
        users.write(said [[UPDATE <users> SET "Org 1" = 3 WHERE "The Id" = (SELECT max("The Id") FROM <users>)]]),
        users.write_both(said [[UPDATE <users> SET "E Mail" = 'w' || :n, "New ""%Mail""" = 'w' || :n
                                 WHERE "The Id" = :row + 2]]),
        users.delete [["The Id" = :row]],
        users.check,
    }
end
return { old = application '"E Mail"', new = application '"New ""%Mail"""' }
