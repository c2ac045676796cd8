# move_columns: what old and new code write to both tables while they are in step, one statement after the other and all
# at once, with rollbacks and kills in the middle; tables that no foreign key ties together; and what is refused.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

# row NAME STATEMENTS EXPECTED: what $rows says of both tables behind them.
row() {
    check_eq "$1" "$3" "$(sql "$2" >/dev/null; sql "$rows")"
}

# --- tied by a foreign key; the copy comes to rows behind what is written
fresh_db tied
psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
CREATE SCHEMA "My Shop";
CREATE ROLE reader;
CREATE ROLE nosy;
CREATE TABLE people (org int, id int, name text, bio text, "The Mail" text CONSTRAINT one_mail UNIQUE,
    theme text NOT NULL DEFAULT 'light' CHECK (theme <> ''), token uuid DEFAULT gen_random_uuid(), PRIMARY KEY (org, id));
CREATE TABLE "My Shop"."Pro <t> %s" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Org" int NOT NULL, person bigint NOT NULL,
    kind text NOT NULL, UNIQUE (person, "Org"),
    FOREIGN KEY ("Org", person) REFERENCES people (org, id) ON UPDATE CASCADE ON DELETE CASCADE);
GRANT SELECT, UPDATE ON people TO reader;
GRANT SELECT ON "My Shop"."Pro <t> %s" TO reader, nosy;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO nosy;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO nosy;
CREATE INDEX people_bio ON people (lower(bio), theme) WHERE theme <> 'dark';
INSERT INTO people (org, id, name, bio, "The Mail") SELECT 1, g, 'n' || g, 'b' || g, 'm' || g FROM generate_series(1, 400) AS g;
INSERT INTO "My Shop"."Pro <t> %s" ("Org", person, kind) SELECT 1, g, 'old' FROM generate_series(1, 200) AS g;
SQL
cat >tied.lua <<'LUA'
return plan "tied" {
    api = 1,
    recipe.move_columns {
        table = "people",
        columns = { "bio", '"The Mail"', "theme", "token" },
        to = '"My Shop"."Pro <t> %s"',
        rename = { ['"The Mail"'] = '"Mail $1"', theme = '"<h>"' },
        fill = { kind = [[CASE WHEN people.name LIKE '\\%' THEN 'odd' ELSE 'made' END -- of the name]] },
        retain = "1h",
    },
}
LUA
pro='"My Shop"."Pro <t> %s"'
rows="SELECT concat_ws('|', o.id, o.bio, o.\"The Mail\", o.theme, '/', n.person, n.kind, n.bio, n.\"Mail \$1\", n.\"<h>\",
             CASE WHEN o.token IS DISTINCT FROM n.token THEN 'token' END)
        FROM people o FULL JOIN $pro n ON (n.\"Org\", n.person) = (o.org, o.id)
       WHERE 7 IN (o.org, n.\"Org\") ORDER BY o.id, n.person"
check_exit 3 "$ZDM" run tied.lua
check_has "$out" "old code gets along"
approve_asked
check_exit 3 "$ZDM" run tied.lua
check_has <(tr -s ' \n' ' ' <"$out") "nosy (SELECT)"
approve_asked
check_exit 0 "$ZDM" run tied.lua --until 'people and Pro <t> %s in step'

check_eq "who may write past the tables" "f|f" "$(sql "SELECT (SELECT has_table_privilege('nosy', oid, 'INSERT')
        FROM pg_class WHERE relname LIKE 'move\\_%'), (SELECT has_function_privilege('nosy', oid, 'EXECUTE')
        FROM pg_proc WHERE proname LIKE 'move\\_%\\_row')")"

here="INSERT INTO people (org, id, name" there="INSERT INTO $pro (\"Org\", person, kind" at="WHERE org = 7" of='WHERE "Org" = 7'
row "old INSERT" "$here, bio) VALUES (7, 1, 'a', 'b')" '1|b|light|/|1|made|b|light'
row "old UPDATE" "UPDATE people SET bio = 'c', theme = 'red' $at" '1|c|red|/|1|made|c|red'
row "new UPDATE of one" "UPDATE $pro SET \"Mail \$1\" = 'm' $of" '1|c|m|red|/|1|made|c|m|red'
row "new UPDATE to NULL" "UPDATE $pro SET bio = NULL $of" '1|m|red|/|1|made|m|red'
row "old UPDATE to NULL" "UPDATE people SET \"The Mail\" = NULL $at" '1|red|/|1|made|red'
row "another key" "UPDATE people SET id = 2, bio = 'd' $at" '2|d|red|/|2|made|d|red'
row "another key behind the write" "BEGIN; UPDATE people SET bio = 'e' $at; UPDATE people SET id = 1 $at; COMMIT" \
    '1|e|red|/|1|made|e|red'
row "upsert over there, NULL said" "$there, bio) VALUES (7, 1, 'k', NULL)
    ON CONFLICT (\"Org\", person) DO UPDATE SET bio = EXCLUDED.bio" '1|red|/|1|made|red'
row "old upsert" "$here, bio) VALUES (7, 1, 'a', 'f') ON CONFLICT (org, id) DO UPDATE SET bio = EXCLUDED.bio" \
    '1|f|red|/|1|made|f|red'
row "a row for another one" "$here) VALUES (7, 2, 'z'); DELETE FROM $pro $of AND person = 2;
    UPDATE $pro SET person = 2 $of" '1|/
2|f|red|/|2|made|f|red'
row "new DELETE" "DELETE FROM $pro $of" '1|/
2|/'
row "old INSERT over there" "UPDATE people SET bio = 'g' $at AND id = 1; DELETE FROM $pro $of; DELETE FROM people $at;
    BEGIN; $here, bio, theme) VALUES (7, 1, 'a', 'h', 'blue'); $there) VALUES (7, 1, 'own'); COMMIT" \
    '1|h|blue|/|1|own|h|blue'
row "old UPDATE of none" "DELETE FROM $pro $of; UPDATE people SET bio = 'j' $at" '1|j|/|1|made|j'
row "old DELETE" "DELETE FROM people $at" ''
row "new INSERT" "BEGIN; $here) VALUES (7, 1, 'a'); $there, bio) VALUES (7, 1, 'k', 'i'); COMMIT" '1|i|light|/|1|k|i|light'
row "unique values change hands" "UPDATE people SET \"The Mail\" = 'x' $at; $here, \"The Mail\") VALUES (7, 2, 'b', 'y');
    BEGIN; UPDATE people SET \"The Mail\" = NULL $at AND id = 1; UPDATE people SET \"The Mail\" = 'x' $at AND id = 2;
    UPDATE $pro SET \"Mail \$1\" = 'y' $of AND person = 1; COMMIT" '1|i|y|light|/|1|k|i|y|light
2|x|light|/|2|made|x|light'
row "keys move on in one statement" "UPDATE people SET id = id + 10 $at; UPDATE people SET id = id + 1 $at AND id = 12;
    UPDATE people SET id = id + 1 $at" '12|i|y|light|/|12|k|i|y|light
14|x|light|/|14|made|x|light'
row "no row for none" "DELETE FROM people $at; $here, theme, token) VALUES (7, 1, 'a', NULL, NULL);
    $here, bio) VALUES (7, 3, '\\x', NULL)" '1|/
3|light|/|3|odd|light'
sql "DELETE FROM people $at"
# The copy has not come to these: what is written there is all that changes.
rows="SELECT count(*) FILTER (WHERE o.bio = 'n'), count(*) FILTER (WHERE o.\"The Mail\" IS NULL), count(n.\"<h>\")
        FROM people o JOIN $pro n ON (n.\"Org\", n.person) = (o.org, o.id) WHERE o.id <= 10"
row "new UPDATE before the copy" "UPDATE $pro SET bio = 'n' WHERE person <= 10" '10|0|10'
rows="SELECT concat_ws('|', o.id, o.bio, n.bio, n.\"Mail \$1\") FROM people o LEFT JOIN $pro n ON (n.\"Org\", n.person) = (o.org, o.id)
       WHERE o.id IN (11, 13, 399, 1011) ORDER BY o.id"
row "keys before the copy" "UPDATE people SET id = 1011 WHERE id = 11; DELETE FROM $pro WHERE person = 399;
    UPDATE $pro SET person = 399 WHERE person = 13" $'13\n399|b13|b13|m13\n1011|b11|b11|m11'
sql "UPDATE people SET theme = 'light' WHERE theme IS NULL"

# Writers of all kinds, and kills; what each row holds is asked in the end, of both tables.
differ="SELECT count(*) FROM people o LEFT JOIN $pro n ON (n.\"Org\", n.person) = (o.org, o.id)
         WHERE (o.bio, o.\"The Mail\", o.theme, o.token)::text <> (n.bio, n.\"Mail \$1\", n.\"<h>\", n.token)::text
            OR n.person IS NULL AND num_nonnulls(o.bio, o.\"The Mail\", o.token) > 0"
writer() {
    while [ -e go ] && [ ! -s "$1.err" ]; do echo "$2"; done | psql -Xq -v ON_ERROR_STOP=1 -v n="1$1" >"$1.out" 2>"$1.err" ||
        echo "exit $?" >>"$1.err"
}
touch go
writer 1 "BEGIN; $here, bio, \"The Mail\") VALUES (:n, (random() * 1e9)::int, 'w', 'w', random()); COMMIT;
    UPDATE people SET bio = 'w' || random(), id = id + 1 WHERE org = :n AND id = (SELECT max(id) FROM people WHERE org = :n);
    DELETE FROM people WHERE org = :n AND id = (SELECT min(id) FROM people WHERE org = :n) AND random() < 0.5;
    UPDATE people SET theme = 't' || random() WHERE org = 1 AND id % 2 = 0 AND id > 600 * random() AND id < 400;
    SELECT pg_sleep(0.01);" &
writer 2 "BEGIN; $here) VALUES (:n, (random() * 1e9)::int, 'w'); $there, bio) SELECT org, id, 'k', 'v' FROM people WHERE org = :n
    AND xmin::text = txid_current()::text; COMMIT;
    UPDATE $pro SET bio = 'v' || random(), \"<h>\" = 'dark' WHERE \"Org\" = 1 AND person % 2 = 1 AND person > 600 * random();
    DELETE FROM $pro WHERE \"Org\" = :n AND random() < 0.3;
    UPDATE people SET name = 'x' WHERE org = :n AND random() < 0.1;
    SELECT pg_sleep(0.01);" &
# Both sides of the same rows at once: one of two may get a deadlock, and nothing else.
both() {
    while [ -e go ]; do
        echo "$2 SELECT pg_sleep(0.01);"
    done | psql -Xq -v VERBOSITY=sqlstate >"$1.out" 2>"$1.err" || true
    grep -v ' 40P01$' "$1.err" >"$1.wrong" || true
}
both 3 "UPDATE people SET bio = 'o' || random(), theme = 'o' WHERE org = 1 AND id = (random() * 4)::int + 400;" &
both 4 "UPDATE $pro SET bio = 'n' || random() WHERE \"Org\" = 1 AND person = (random() * 4)::int + 400;" &
both 5 "BEGIN; INSERT INTO people (org, id, bio) VALUES (5, 1, 'o') ON CONFLICT DO NOTHING; COMMIT;
    INSERT INTO $pro (\"Org\", person, kind) SELECT 5, 1, 'k' FROM people WHERE org = 5 ON CONFLICT DO NOTHING;
    UPDATE people SET bio = nullif(bio, 'o'), id = 1 WHERE org = 5; DELETE FROM $pro WHERE \"Org\" = 5 AND random() < 0.5;
    DELETE FROM people WHERE org = 5 AND random() < 0.3;" &
for kill in batch.after:1 barrier.before:1 alone.after:1 commit.after:1; do
    code=0
    ZDM_FAILPOINT=$kill "$ZDM" run tied.lua >"$out" 2>"$err" || code=$?
    [ "$code" = 137 ] || fail "$kill: exit code $code: $(cat "$out" "$err")"
done
check_exit 3 "$ZDM" run tied.lua
check_has "$out" "old code is gone"
rm go
wait
cat ./*.err | grep -v 40P01 >errors || true
check_eq "errors of the application" "" "$(cat errors)"
for i in 1 2; do check_lacks "$i.err" 40P01; done
check_eq "rows that differ" 0 "$(sql "$differ")"
check_exit 3 "$ZDM" run tied.lua
check_has <(tr -s ' \n' ' ' <"$out") "open sql \"both tables agree in every row\""
check_eq "rights" 'SELECT|UPDATE' "$(sql "SELECT string_agg(privilege_type, '|' ORDER BY privilege_type) FROM information_schema.column_privileges
    WHERE column_name = 'Mail \$1' AND grantee = 'reader'")"

# What is written over there alone is told, and what is in both tables is not; a rollback beside old code.
sql "UPDATE people SET theme = 'light' WHERE theme IS NULL"
touch go
writer 6 "UPDATE people SET bio = 'w' || random() WHERE org = 1 AND id > 380; SELECT pg_sleep(0.01);" &
check_exit 0 "$ZDM" rollback tied.lua
rm go
wait
check_eq "errors of the application" "" "$(cat 6.err)"
check_eq "what is left" 0 "$(sql "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%zdm%'")"
check_eq "back" "0|0|light" "$(sql "SELECT (SELECT count(*) FROM pg_proc WHERE proname LIKE 'move_%' AND pronamespace = 'zdm'::regnamespace),
    (SELECT count(*) FROM pg_attribute WHERE attname = 'Mail \$1' AND NOT attisdropped),
    (SELECT min(theme) FROM people WHERE theme = 'light')")"
for _ in 1 2 3 4; do
    "$ZDM" run tied.lua >"$out" 2>"$err" || [ $? = 3 ] || fail "$(cat "$out" "$err")"
    approve_asked
done
check_has "$out" '1 h'
sql "UPDATE $pro SET bio = 'since' WHERE person = (SELECT min(person) FROM $pro)"
check_exit 4 "$ZDM" rollback tied.lua
check_has <(tr -s ' \n' ' ' <"$err") "some are not in table public.people"
check_eq "over there" 't|t|light' "$(sql "SELECT bool_and(attnotnull) FILTER (WHERE attname = '<h>'), count(*) = 4,
        (SELECT min(\"<h>\") FROM $pro WHERE \"<h>\" = 'light')
   FROM pg_attribute WHERE attrelid = '$pro'::regclass AND attname IN ('bio', 'Mail \$1', '<h>', 'token')")"
sql "INSERT INTO people (org, id) VALUES (9, 9); INSERT INTO $pro (\"Org\", person, kind) VALUES (9, 9, 'k')"
check_eq "defaults" 'light|t' "$(sql "SELECT \"<h>\", token IS NOT NULL FROM $pro WHERE \"Org\" = 9")"

# --- no foreign key: rows over there may come first, and stay
fresh_db loose
psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE a (id int PRIMARY KEY, v text, w text DEFAULT 'w');
CREATE TABLE b (a bigint PRIMARY KEY, n int);
INSERT INTO a SELECT g, 'v' || g FROM generate_series(1, 5) AS g;
INSERT INTO b SELECT g, g FROM generate_series(4, 8) AS g;
SQL
rm ledger.db*
echo 'return plan "loose" { api = 1, recipe.move_columns { table = "a", columns = { "v", "w" }, to = "b", on = { a = "id" }, retain = "1ms" } }' >loose.lua
check_exit 3 "$ZDM" run loose.lua
approve_asked
check_exit 3 "$ZDM" run loose.lua
rows="SELECT concat_ws('|', a.id, a.v, a.w, '/', b.a, b.v, b.w) FROM a FULL JOIN b ON b.a = a.id WHERE 9 IN (a.id, b.a) OR 10 IN (a.id, b.a) ORDER BY a.id, b.a"
row "there before here" "BEGIN; INSERT INTO b (a, v) VALUES (9, 'n'); INSERT INTO a VALUES (9); COMMIT" '9|n|w|/|9|n|w'
row "DELETE here" "DELETE FROM a WHERE id = 9" '/|9|n|w'
row "here again" "INSERT INTO a (id, w) VALUES (9, 'x')" '9|n|x|/|9|n|x'
row "a new key of both" "BEGIN; UPDATE b SET a = 10 WHERE a = 9; UPDATE a SET id = 10 WHERE id = 9; COMMIT" '10|n|x|/|10|n|x'
row "the other way round" "BEGIN; UPDATE a SET id = 9 WHERE id = 10; UPDATE b SET a = 9 WHERE a = 10; COMMIT" '9|n|x|/|9|n|x'
row "upsert here" "INSERT INTO a VALUES (9, NULL, 'y') ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v, w = EXCLUDED.w" '9|y|/|9|y'
# Old code's row is there at its commit only, when new code's is there already.
hold_lock "INSERT INTO a VALUES (11)"
sql "INSERT INTO b (a, v, w) VALUES (11, 'new', 'z')"
printf '%s\n' 'COMMIT;' >&"$zdm_holder_in"
release_lock
check_eq "both at once" '11|new|z|/|11|new|z' "$(sql "SELECT concat_ws('|', a.id, a.v, a.w, '/', b.a, b.v, b.w)
    FROM a JOIN b ON b.a = a.id WHERE id = 11")"
check_eq "nobody's rows" '3|3' "$(sql 'SELECT count(*), count(*) FILTER (WHERE v IS NULL AND w IS NULL) FROM b WHERE a IN (6, 7, 8)')"
run_whole loose.lua
check_eq "all of it" '1|v1|w 5|v5|w 9|y' "$(sql "SELECT string_agg(concat_ws('|', a, v, w), ' ' ORDER BY a) FROM b WHERE a IN (1, 5, 9)")"

# --- refused, and why
sql "CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL UNIQUE, late int NOT NULL UNIQUE DEFERRABLE, plain text NOT NULL, v text, w text,
        lang text REFERENCES t (code) ON DELETE CASCADE, CONSTRAINT one_of CHECK (v IS NOT NULL OR w IS NOT NULL),
        big bigint NOT NULL UNIQUE, stamp text, z text, passed int UNIQUE DEFERRABLE);
     CREATE TABLE apart (t int REFERENCES t);
     CREATE TABLE twice (t int NOT NULL UNIQUE REFERENCES t, u int NOT NULL UNIQUE REFERENCES t, v text);
     CREATE TABLE good (t int PRIMARY KEY REFERENCES t, kind text NOT NULL, stamp text, late int UNIQUE DEFERRABLE INITIALLY DEFERRED);
     CREATE TABLE loose (t int PRIMARY KEY, x text NOT NULL UNIQUE DEFERRABLE, small int UNIQUE NOT NULL);
     CREATE TABLE made (t int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
     CREATE TABLE ruled (t int PRIMARY KEY);
     CREATE RULE r AS ON INSERT TO ruled DO ALSO NOTHING;
     CREATE TABLE secret (t int PRIMARY KEY);
     ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
     CREATE UNLOGGED TABLE short (t int PRIMARY KEY);
     CREATE VIEW look AS SELECT * FROM good;
     CREATE TABLE parted (t int PRIMARY KEY) PARTITION BY RANGE (t);
     CREATE TYPE shape AS (t int);
     CREATE TABLE typed OF shape (PRIMARY KEY (t));
     CREATE TABLE busy (t int PRIMARY KEY, v text);
     CREATE TABLE sent (t int NOT NULL UNIQUE REFERENCES t);
     CREATE PUBLICATION sends FOR TABLE sent"
cat >busy.lua <<'LUA'
return plan "busy" { api = 1, expand { sql "add" "ALTER TABLE busy ADD COLUMN x text", sync { table = "busy", from = "v", to = "x" } } }
LUA
check_exit 0 "$ZDM" run busy.lua
cat >refused.lua <<'LUA'
local function move(to, columns, more)
    local fields = { table = "t", to = to, columns = columns }
    for name, value in next, more or {} do
        fields[name] = value
    end
    return recipe.move_columns(fields)
end
return plan "refused" {
    api = 1,
    move("t", "z"),
    move("none", "z"),
    move("look", "z"),
    move("parted", "z"),
    move("typed", "z"),
    move("short", "z", { on = { t = "id" } }),
    move("secret", "z"),
    move("ruled", "z"),
    move("busy", "z"),
    move("apart", "z"),
    move("twice", "z"),
    move("twice", "z", { on = { t = "id" } }),
    move("good", "x", { on = { t = "id" } }),
    move("good", "z", { on = { x = "id" } }),
    move("good", "z", { on = { late = "id" } }),
    move("good", "z", { on = { kind = "code" } }),
    move("good", "z", { on = { t = "late" } }),
    move("good", "z", { on = { t = "big" }, fill = { kind = "'x'" } }),
    move("good", "z"),
    move("good", "z", { fill = { kind = "'x'", t = "1" } }),
    move("good", "stamp", { fill = { kind = "'x'" } }),
    move("good", { "v", "w" }, { rename = { v = "n", w = "n" }, fill = { kind = "'x'" } }),
    move("good", "z", { rename = { w = "n" }, fill = { kind = "'x'" } }),
    move("good", "lang", { fill = { kind = "'x'" } }),
    move("good", "id", { fill = { kind = "'x'" } }),
    move("loose", "plain", { on = { t = "id" }, fill = { x = "'x'", small = "1" } }),
    move("loose", "z", { on = { small = "big" } }),
    move("made", "z", { on = { t = "id" } }),
    move("good", "passed", { fill = { kind = "'x'" } }),
    move("sent", "z"),
    move("good", { "z", '"z"' }, { fill = { kind = "'x'" } }),
}
LUA
check_exit 2 "$ZDM" plan refused.lua
check_golden recipes/move_columns_refused "$err"
echo 'return plan "none" { api = 1, recipe.move_columns { table = "t", columns = { "v", "w" }, to = "good", fill = { kind = "1" } } }' >none.lua
check_exit 3 "$ZDM" run none.lua
check_exit 0 "$ZDM" plan none.lua
check_has <(tr -s ' \n' ' ' <"$out") "good_t_fkey may refuse a DELETE, or another key, of one of public.t"
"$ZDM" run none.lua >"$out" 2>"$err" || true
approve_asked
check_exit 1 "$ZDM" run none.lua
check_has <(tr -s ' \n' ' ' <"$err") "one_of refuses a row whose values are all NULL"
# What the rows that are made need is tried before anything is armed.
sql "ALTER TABLE t DROP CONSTRAINT one_of; ALTER TABLE good ADD CHECK (kind <> '1');
     INSERT INTO t (id, code, late, plain, v, big) VALUES (1, 'c', 1, 's', 'v', 1)"
check_exit 0 "$ZDM" rollback none.lua
check_exit 3 "$ZDM" run none.lua
approve_asked
check_exit 1 "$ZDM" run none.lua
check_has "$err" "good_kind_check"
check_eq "triggers" 0 "$(sql "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%zdm_move%'")"
