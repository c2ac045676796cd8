-- Old code writes cars of even numbers, new code of odd ones: of two that write one row at once one may get a deadlock.
-- New code comes before all rows are copied.
local old = rows { table = "cars", key = "id::text", value = "insurer" }
local new = rows { table = "papers", key = "car::text", value = "insurer" }
return {
    old = {
        "SELECT id, insurer, premium, policy FROM cars WHERE id = :row",
        old.write "INSERT INTO cars (id, plate, insurer) VALUES (:n, 'w', 'w' || :n)",
        { -- old code knows papers, too
            old.write "INSERT INTO cars (id, plate, insurer) VALUES (:n, 'both', 'x' || :n)",
            "INSERT INTO papers (car, kind) SELECT max(id), 'mine' FROM cars WHERE xmin::text = txid_current()::text",
        },
        old.write "UPDATE cars SET insurer = 'w' || :n, premium = :n % 1000 + 1 WHERE id = :row / 2 * 2",
        "UPDATE papers SET stamp = :n WHERE car = :row / 2 * 2",
        old.write "UPDATE cars SET insurer = NULL, policy = NULL WHERE id = :row / 4 * 4",
        -- another key: what is noted of the first is that it is gone
        [[WITH o AS (SELECT id FROM cars WHERE plate = 'both' AND id > 0 LIMIT 1 FOR UPDATE SKIP LOCKED),
               w AS (UPDATE cars SET id = -:n FROM o WHERE cars.id = o.id RETURNING cars.id, insurer)
          INSERT INTO audit SELECT id::text, NULL FROM o UNION ALL SELECT id::text, insurer FROM w
          ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value]],
        old.delete "id = :row / 2 * 2 AND id % 10 = 0",
        old.check,
    },
    new = {
        "SELECT car, insurer, premium, number FROM papers WHERE car = :row",
        {
            "INSERT INTO cars (id, plate) VALUES (:n, 'new')",
            new.write "INSERT INTO papers (car, kind, insurer) SELECT id, 'new', 'v' || id FROM cars WHERE id = :n",
        },
        new.write "UPDATE papers SET insurer = 'v' || :n, premium = :n % 1000 + 1 WHERE car = :row / 2 * 2 + 1",
        new.write "UPDATE papers SET insurer = NULL, number = 's' || :n WHERE car = :row / 4 * 4 + 1",
        new.check_of "a.value IS NOT NULL",
    },
}
