-- Keys change, rows refer to each other and are referred to.
local things = rows { table = '"My Shop"."All Things"', key = "s::text", value = "concat(k, ' ', len, ' ', body)" }
return both {
    [[SELECT k, "N", body, len, boss FROM "My Shop"."All Things" WHERE s = :row]],
    things.write [[INSERT INTO "My Shop"."All Things" (k, "N", body) VALUES ('w' || :n, :n % 9, '[1]')]],
    things.write [[UPDATE "My Shop"."All Things" SET k = 'w' || :n, "N" = "N" + 1 WHERE s = :row AND s > 9]],
    things.write [[UPDATE "My Shop"."All Things" SET body = NULL WHERE s = :row + 1]],
    {
        things.write [[UPDATE "My Shop"."All Things" SET body = to_json(:n) WHERE s = :row]],
        [[INSERT INTO parts SELECT k, "N" FROM "My Shop"."All Things" WHERE s = :row]],
        [[UPDATE "My Shop"."All Things" SET (boss, boss_n) = (SELECT k, "N" FROM "My Shop"."All Things" WHERE s = 5)
           WHERE s = :row]],
    },
    things.delete "s = :row AND s > 9",
    (things.check:gsub("IS DISTINCT FROM a.value", "<> coalesce(a.value, '  ')")),
    'SELECT 1 / (count(*) = 0)::int FROM parts LEFT JOIN "My Shop"."All Things" AS t USING (k) WHERE t.k IS NULL',
}
