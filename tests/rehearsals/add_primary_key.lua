-- Old code has no key: what it writes it finds again by its page, which it gives to one row only.
local clicks = rows { table = "clicks", key = "page", value = "at::text" }
local application = {
    "SELECT at, page FROM clicks WHERE page = 'page ' || :row % 500",
    clicks.write "INSERT INTO clicks (page) VALUES ('w' || :n)",
    clicks.write "UPDATE clicks SET at = clock_timestamp() WHERE page = 'page ' || :row % 500",
    clicks.delete "page = 'page ' || :row % 500",
    clicks.check,
}
return {
    old = application,
    new = all(application, {
        "SELECT page FROM clicks WHERE id = :row",
        clicks.write "UPDATE clicks SET at = clock_timestamp() WHERE id = :row",
        "SELECT 1 / (count(*) = count(DISTINCT id))::int FROM clicks",
    }),
}
