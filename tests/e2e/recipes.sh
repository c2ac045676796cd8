# Every recipe: what is there in the end, how names that need quotes fare, and what is refused. What the application
# sees of it, and that the way back ends where it began, the rehearsals prove (tests/rehearsals).
source "$ZDM_SOURCE/tests/support/lib.sh"
cp -r "$ZDM_SOURCE/plans/recipes" .

PGDATABASE=postgres sql 'CREATE DATABASE shop'
psql -Xq -v ON_ERROR_STOP=1 -d shop -f recipes/shop.sql

picture() {
    schema_picture | grep -v -e zdm -e ' NOT NULL [^ ]*$' # which are constraints of their own from 18 on
    sql "SELECT 'comment ' || description FROM pg_description WHERE classoid = 'pg_class'::regclass AND objsubid > 0
            AND objoid >= 16384 AND objoid::regclass::text !~ '^zdm'
         UNION ALL SELECT format('type %s %s %s', oid::regtype, labels, obj_description(oid, 'pg_type'))
           FROM (SELECT enumtypid, string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum GROUP BY 1) AS e(oid, labels)
          WHERE oid::regtype::text !~ 'zdm'
         UNION ALL SELECT format('statistics %s %s', attname, attstattarget) FROM pg_attribute WHERE attstattarget > 0"
}

# A plan to its end, in a database and a folder of its own. Those of office.sql are run by recipes_move.sh.
to_the_end() {
    local name code i
    name=$(basename "$1" .lua)
    mkdir "$name" && cd "$name"
    out=$PWD/out err=$PWD/err
    fresh_db "recipe_$name" shop
    picture >before
    for ((i = 0; i < 5; i++)); do
        code=0
        "$ZDM" run "$1" >"$out" 2>"$err" || code=$?
        [ $code = 3 ] || break
        approve_asked
    done
    [ "$code" = 0 ] || fail "$name: exit code $code: $(cat "$out" "$err")"
    picture | diff before - | grep '^[<>]' >change || true
    check_golden "recipes/$name" change
    check_exit 0 "$ZDM" verify "$1"
}
running=()
for plan in $(grep -L office.sql "$PWD"/recipes/*.lua); do
    if [ ${#running[@]} = 3 ]; then
        wait "${running[0]}"
        running=("${running[@]:1}")
    fi
    to_the_end "$plan" &
    running+=($!)
done
for job in "${running[@]}"; do
    wait "$job"
done

# --- killed behind its first steps, and gone on when the catalog has changed: the same steps
fresh_db recipe_killed shop
export ZDM_LEDGER=$PWD/killed.db
plan=recipes/rename_column.lua
code=0
ZDM_FAILPOINT=batch.after "$ZDM" run "$plan" >"$out" 2>"$err" || code=$?
check_eq "killed" 137 "$code"
sql "CREATE INDEX users_email_late ON users (email)"
rm -f killed.db*
check_exit 3 "$ZDM" run "$plan"
check_exit 0 "$ZDM" status "$plan"
check_lacks "$out" "address_late"
check_has "$out" "the_new_column_lacks"

# What the recipes read then is in the target and in the ledger: either may be lost, but not both.
says() { # says FILE TEXT, wherever its lines end
    tr -s ' \n' ' ' <"$1" >flat
    check_has flat "$2"
}
check_exit 0 "$ZDM" verify "$plan"
read_then=$(sql "SELECT described FROM zdm.plan")
sql "UPDATE zdm.plan SET described = jsonb_set(described::jsonb, '{users,comment}', '1')::json"
check_exit 7 "$ZDM" verify "$plan"
says "$out" "do not have the same of users"
sql "UPDATE zdm.plan SET described = NULL"
check_exit 7 "$ZDM" verify "$plan"
says "$out" "zdm.plan.described is lost"
check_exit 7 "$ZDM" run "$plan" --ledger other.db
says "$err" "has begun, and what its recipes read of the tables then is lost"
check_exit 7 "$ZDM" rollback "$plan" --ledger other.db
check_exit 3 "$ZDM" run "$plan"
check_lacks "$out" "address_late"
check_exit 0 "$ZDM" verify "$plan"
check_eq "put back" "$read_then" "$(sql 'SELECT described FROM zdm.plan')"
check_exit 0 "$ZDM" rollback "$plan"
# Taken back as a whole it reads the catalog anew.
check_exit 0 "$ZDM" plan "$plan"
check_has "$out" 'index users_email_address_late'

# --- names that need quotes, long ones, another schema, column rights, a unique constraint that can be deferred
fresh_db recipe_names
sql 'CREATE SCHEMA "My Shop"; CREATE ROLE "Mr Reader";
     CREATE TABLE "My Shop"."All Users" (id int PRIMARY KEY, "E Mail" text COLLATE "C" DEFAULT $$it'"''"'s$$,
         other text CHECK ("E Mail" <> other), UNIQUE ("E Mail") DEFERRABLE);
     ALTER TABLE "My Shop"."All Users" ADD CONSTRAINT "E Mail late" CHECK ("E Mail" <> $$nobody$$) NOT VALID;
     CREATE INDEX ON "My Shop"."All Users" (("E Mail" || $$E Mail "E Mail"$$));
     ALTER TABLE "My Shop"."All Users" ALTER "E Mail" SET STORAGE EXTERNAL;
     GRANT SELECT ("E Mail"), UPDATE ("E Mail") ON "My Shop"."All Users" TO "Mr Reader" WITH GRANT OPTION;
     INSERT INTO "My Shop"."All Users" SELECT g, $$mail $$ || g FROM generate_series(1, 500) AS g'
long=$(printf 'e%.0s' {1..63})
cat >names.lua <<LUA
return plan "names" {
    api = 1,
    recipe.rename_column { table = '"My Shop"."All Users"', from = '"E Mail"', to = "$long" },
    recipe.set_not_null { table = '"My Shop"."All Users"', column = "other", fill = "'x'" },
}
LUA
picture >before
check_exit 3 "$ZDM" run names.lua
check_exit 0 "$ZDM" rollback names.lua --accept-data-loss
picture >after
diff before after
check_exit 3 "$ZDM" run names.lua
sql "UPDATE \"My Shop\".\"All Users\" SET $long = 'new' WHERE id = 1"
check_eq "written to both" new "$(sql 'SELECT "E Mail" FROM "My Shop"."All Users" WHERE id = 1')"
approve_asked
check_exit 0 "$ZDM" run names.lua
picture | grep -v '^[ir] ' >change
sql "SELECT attname, attstorage, attacl FROM pg_attribute WHERE attrelid = '\"My Shop\".\"All Users\"'::regclass
     AND attname = '$long'" >>change
check_golden recipes/names change

# --- an INSERT tells by what it leaves out, be it of the old column, of the new one, or of a view
fresh_db recipe_defaults
sql "CREATE TABLE t (id int PRIMARY KEY, a varchar(3) DEFAULT 'x', b text DEFAULT md5(random()::text));
     CREATE VIEW w AS SELECT id, a FROM t"
cat >defaults.lua <<'LUA'
return plan "defaults" { api = 1, recipe.rename_column { table = "t", from = "a", to = "a2" } }
LUA
check_exit 3 "$ZDM" run defaults.lua
sql "INSERT INTO t (id, a) VALUES (1, NULL), (2, 'y'), (3, DEFAULT)" "-cINSERT INTO t (id, a2) VALUES (4, NULL), (5, 'y'), (6, DEFAULT)" \
    "-cINSERT INTO w VALUES (7, NULL), (8, 'y'), (9, DEFAULT)" "-cINSERT INTO t (id) VALUES (10)" "-cINSERT INTO w (id) VALUES (11)" \
    "-cINSERT INTO t (id, a, a2) VALUES (12, 'y', 'x'), (13, 'x', 'z'), (14, NULL, NULL)"
check_eq "both" '||y|x||y|x||y|x|x|x|y|z|' "$(sql "SELECT string_agg(COALESCE(a, ''), '|' ORDER BY id) FROM t WHERE a IS NOT DISTINCT FROM a2" |
    sed 's/^/|/')"
check_exit 0 "$ZDM" rollback defaults.lua --accept-data-loss
check_eq "as it was" "'x'::character varying" "$(sql "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 't'::regclass AND adnum = 2")"
check_exit 3 "$ZDM" run defaults.lua
approve_asked
check_exit 0 "$ZDM" run defaults.lua
sql "INSERT INTO t (id) VALUES (20)" "-cINSERT INTO t (id, a2) VALUES (21, NULL)"
check_eq "with the new one alone" 'x|' "$(sql "SELECT string_agg(COALESCE(a2, ''), '|' ORDER BY id) FROM t WHERE id >= 20")"
# One that is another one each time cannot be in both: then NULL cannot be told, and the plan says so.
sql "CREATE FUNCTION mine() RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT 1::text'; ALTER TABLE t ADD c text DEFAULT mine(), ADD d text DEFAULT now()"
for column in b c; do
    echo "return plan 'varies' { api = 1, recipe.rename_column { table = 't', from = '$column', to = 'z' } }" >varies.lua
    check_exit 0 "$ZDM" plan varies.lua
    says "$out" "until $column goes, an INSERT that says NULL of z gets the default of $column"
done
sed -i "s/from = 'c'/from = 'd'/" varies.lua
check_exit 0 "$ZDM" plan varies.lua
check_has "$out" 'ALTER TABLE public.t ALTER COLUMN z SET DEFAULT now();'
# The same of views side by side, before and behind the swap of types.
cat >sides.lua <<'LUA'
return plan "sides" { api = 1,
    recipe.change_type { table = "t", column = "n", type = "bigint", versions = { old = "v1", new = "v2" } } }
LUA
sql "TRUNCATE t; ALTER TABLE t ADD n int DEFAULT 7"
sides() { # sides FROM: rows by both views
    sql "INSERT INTO v1.t (id, n) VALUES ($1, NULL), ($1 + 1, 5), ($1 + 2, DEFAULT), ($1 + 3, 7)" \
        "-cINSERT INTO v2.t (id, n) VALUES ($1 + 4, NULL), ($1 + 5, 5), ($1 + 6, DEFAULT), ($1 + 7, 7)"
    for view in v1 v2; do
        check_eq "$view" '||5|7|7||5|7|7' "$(sql "SELECT '|' || string_agg(COALESCE(n::text, ''), '|' ORDER BY id) FROM $view.t WHERE id >= $1")"
    done
}
check_exit 0 "$ZDM" run sides.lua --until 't.n is ready'
sides 1
check_exit 3 "$ZDM" run sides.lua
sides 11
check_exit 0 "$ZDM" rollback sides.lua
check_eq "as it was" "7" "$(sql "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = adrelid AND
    a.attnum = adnum WHERE attname = 'n' AND adrelid = 't'::regclass")"

sql "ALTER TABLE t ADD e text DEFAULT '7'" # of which not every value goes over
sed "s/column = \"n\", type = \"bigint\"/column = \"e\", type = \"int\"/" sides.lua >narrow.lua
check_exit 0 "$ZDM" plan narrow.lua
says "$out" "until e goes, an INSERT that says NULL of zdm_new_e gets the default of e"

# --- what partitions and heirs have of their own comes back; rows that are given and NULL in all fields; a fill of nothing
fresh_db recipe_heirs
sql "SET client_min_messages = warning;
     CREATE TABLE parts (id int, n int DEFAULT 1, m int) PARTITION BY RANGE (id);
     CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
     CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20) PARTITION BY LIST (id);
     CREATE TABLE \"Parts '3'\" PARTITION OF parts_2 DEFAULT; CREATE TABLE parts_4 PARTITION OF parts FOR VALUES FROM (20) TO (30);
     ALTER TABLE parts_1 ALTER n SET DEFAULT 2, ALTER m SET NOT NULL; ALTER TABLE \"Parts '3'\" ALTER n DROP DEFAULT;
     ALTER TABLE parts_4 ALTER n SET DEFAULT 4;
     CREATE TABLE sent (id int PRIMARY KEY); CREATE PUBLICATION \"The News\" FOR TABLE sent;
     CREATE TABLE parents (id int PRIMARY KEY, n int); CREATE TABLE heirs (n int DEFAULT 3) INHERITS (parents);
     CREATE TYPE place AS (street text, zip int);
     CREATE TABLE people (id int PRIMARY KEY, at place NOT NULL, nick text, at2 place);
     INSERT INTO people SELECT g, ROW(nullif(g, 3)::text, NULL)::place, nullif(g, 4), ROW(nullif(g, 2)::text, NULL)::place FROM generate_series(1, 5) AS g"
cat >heirs.lua <<'LUA'
return plan "heirs" {
    api = 1,
    recipe.set_default { table = "parts", column = "n" },
    recipe.set_default { table = "parents", column = "n", default = "7" },
    recipe.set_not_null { table = "parts", column = "m" },
}
LUA
cat >people.lua <<'LUA'
return plan "people" {
    api = 1,
    recipe.set_not_null { table = "people", column = "at2" },
    recipe.add_required_column { table = "people", column = "shown", type = "text", default = "'?'", fill = "nick" },
    recipe.rename_column { table = "people", from = "at", to = "place" },
}
LUA
picture >before
check_exit 0 "$ZDM" run heirs.lua
check_eq "defaults" "NULL NULL NULL 7" "$(sql "SELECT string_agg(coalesce(column_default, 'NULL'), ' ' ORDER BY table_name DESC)
    FROM information_schema.columns WHERE column_name = 'n' AND table_name IN ('parts_1', 'parts_4', 'parts', 'heirs')")"
sql "DROP TABLE parts_4"
check_exit 0 "$ZDM" rollback heirs.lua
picture | diff <(grep -v parts_4 before) - >&2 || fail "heirs: the way back ends elsewhere"
check_exit 3 "$ZDM" run people.lua
says "$out" 'rows_in_its_way = 1'
echo 'return plan "sent" { api = 1, recipe.rename_table { table = "sent", to = "told" } }' >sent.lua
check_exit 3 "$ZDM" run sent.lua
says "$out" 'subscribers of "The News" get a table told at the same time'
check_eq "not renamed" 0 "$(sql "SELECT count(*) FROM pg_class WHERE relname = 'told'")"
# A column more is sent at once, too: before the first step of each recipe that makes one.
sql "CREATE TABLE news (id int PRIMARY KEY, a text, b int, c int); ALTER PUBLICATION \"The News\" ADD TABLE news"
while IFS='|' read -r call columns; do
    echo "return plan \"more\" { api = 1, recipe.$call }" >more.lua
    check_exit 0 "$ZDM" plan more.lua --format json
    check_eq "$call" "subscribers know $columns of news" "$(jq -r '.steps[0].id' "$out")"
done <<'EOF'
add_required_column { table = "news", column = "n", type = "int", default = "0" }|n
add_required_column { table = "news", column = "n", type = "int", default = "0", fill = "b" }|n
add_generated { table = "news", column = "n", type = "int", expression = "b + 1" }|n
rename_column { table = "news", from = "a", to = '"N"' }|"N"
change_type { table = "news", column = "b", type = "bigint" }|zdm_new_b, zdm_old_b
soft_delete { table = "news", view = "here" }|deleted_at
merge_columns { table = "news", from = { b = "split_part(n, ' ', 1)::int", c = "split_part(n, ' ', 2)::int" }, into = "n", type = "text", join = "concat_ws(' ', b, c)" }|n
EOF
check_exit 3 "$ZDM" run more.lua
says "$out" 'subscribers of "The News" have n in public.news, or do not mind it'
check_eq "no column more" 4 "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 'news'::regclass AND attnum > 0")"
if [ "$(sql 'SHOW server_version_num')" -ge 150000 ]; then
    sql "ALTER PUBLICATION \"The News\" SET TABLE sent, news (id, a)"
    echo 'return plan "less" { api = 1, recipe.soft_delete { table = "news", view = "here" } }' >less.lua
    check_exit 0 "$ZDM" plan less.lua --format json
    check_eq "a list of columns" "add news.deleted_at" "$(jq -r '.steps[0].id' "$out")"
fi
sql "UPDATE people SET shown = '-' WHERE shown IS NULL"
run_whole people.lua
check_eq "places" '(,) (1,) (2,) (4,) (5,)|2' "$(sql "SELECT string_agg(place::text, ' ' ORDER BY place::text),
    (SELECT count(*) FROM pg_attribute WHERE attrelid = 'people'::regclass AND attname IN ('place', 'at2') AND attnotnull)
  FROM people")"

# --- refused, with what is in the way; nothing connects for what is wrong in the text alone
sql "CREATE TABLE kept (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a + 1) STORED, c serial);
     CREATE TABLE refers (kept int REFERENCES kept);
     CREATE VIEW looks AS SELECT a FROM kept;
     CREATE POLICY own ON kept USING (a > 0);
     CREATE STATISTICS seen ON a, b FROM kept;
     CREATE DOMAIN state AS text DEFAULT 'new'; CREATE DOMAIN doc AS json; CREATE TYPE pair AS (x int, at point);
     CREATE TABLE odd (j json, at point, docs doc[], p pair, s state, a int, b int CHECK (b > a), d int, e int, f int,
                       ok jsonb[], name varchar(9)[], net cidr, due int4range, kind regclass);
     CREATE INDEX odd_d_e ON odd (d, e);
     CREATE UNIQUE INDEX odd_f ON odd (f);
     CREATE UNIQUE INDEX odd_name ON odd (name);
     CREATE TABLE needs_f (f int REFERENCES odd (f));
     CREATE TABLE parted (id int) PARTITION BY RANGE (id);
     CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (10);
     CREATE INDEX parted_id ON parted (id)"
cat >refused.lua <<'LUA'
return plan "refused" {
    api = 1,
    recipe.rename_column { table = "kept", from = "a", to = "z" },
    recipe.rename_column { table = "kept", from = "id", to = "z" },
    recipe.rename_column { table = "kept", from = "b", to = "a" },
    recipe.rename_column { table = "kept", from = "c", to = "z" },
    recipe.rename_column { table = "keptt", from = "a", to = "z" },
    recipe.set_not_null { table = "kept", column = "aa" },
    recipe.set_not_null { table = "kept", column = "id" },
    recipe.set_not_null { table = "looks", column = "a" },
    recipe.drop_not_null { table = "kept", column = "id" },
    recipe.add_foreign_key { table = "refers", columns = "kept", references = "kept", to = "a" },
    recipe.add_foreign_key { table = "refers", columns = { "kept", "kept" }, references = "kept" },
    recipe.drop_index { table = "kept", name = "kept_pkey" },
    recipe.drop_index { table = "kept", name = "kept_pky" },
    recipe.rename_table { table = "kept", to = "refers" },
    recipe.rename_column { table = "odd", from = "j", to = "j2" },
    recipe.rename_column { table = "odd", from = "at", to = "at2" },
    recipe.rename_column { table = "odd", from = "docs", to = "docs2" },
    recipe.rename_column { table = "odd", from = "p", to = "p2" },
    recipe.rename_column { table = "odd", from = "s", to = "s2" },
    recipe.rename_column { table = "odd", from = "a", to = "a2" },
    recipe.rename_column { table = "odd", from = "b", to = "b2" },
    recipe.rename_column { table = "odd", from = "d", to = "d2" },
    recipe.rename_column { table = "odd", from = "e", to = "e2" },
    recipe.rename_column { table = "odd", from = "d", to = "d3" },
    recipe.drop_index { table = "parted_1", name = "parted_1_id_idx" },
    recipe.drop_index { table = "odd", name = "odd_f", unique = true },
    recipe.drop_index { table = "odd", name = "odd_name" },
}
LUA
check_exit 2 "$ZDM" plan refused.lua
check_golden recipes/refused "$err"
# Views that cannot follow, or not a second time in one plan: nothing would lead on from there.
sql 'CREATE TABLE seen_by (id int PRIMARY KEY, a int, b int, c int, d int, rev int GENERATED ALWAYS AS IDENTITY);
     CREATE TABLE of_seen_by (id int REFERENCES seen_by);
     CREATE VIEW sees AS SELECT a, b FROM seen_by; CREATE VIEW placed AS SELECT z FROM seen_by AS o (x, y, w, z);
     CREATE VIEW joined AS SELECT d FROM seen_by JOIN (SELECT 1 AS d) AS o USING (d)'
cat >views.lua <<'LUA'
return plan "views" { api = 1,
    recipe.rename_column { table = "seen_by", from = "a", to = "a2" },
    recipe.rename_column { table = "seen_by", from = "b", to = "b2" },
    recipe.change_type { table = "seen_by", column = "b", type = "bigint" },
    recipe.rename_column { table = "seen_by", from = "c", to = "c2" },
    recipe.change_type { table = "seen_by", column = "c", type = "bigint" },
    recipe.rename_column { table = "seen_by", from = "d", to = "d2" },
    recipe.copy_table { table = "seen_by" } }
LUA
check_exit 2 "$ZDM" plan views.lua
check_golden recipes/views_refused "$err"
cat >not_refused.lua <<'LUA'
return plan "not_refused" {
    api = 1,
    recipe.rename_column { table = "odd", from = "ok", to = "ok2" },
    recipe.rename_column { table = "odd", from = "net", to = "net2" },
    recipe.rename_column { table = "odd", from = "due", to = "due2" },
    recipe.rename_column { table = "odd", from = "kind", to = "kind2" },
    recipe.drop_index { table = "odd", name = "odd_name", unique = true },
}
LUA
check_exit 0 "$ZDM" plan not_refused.lua
cat >mistakes.lua <<'LUA'
return plan "mistakes" {
    api = 1,
    recipe.rename_colum { table = "kept", from = "a", to = "z" },
    recipe.rename_column { tabel = "kept", from = "a" },
    recipe.add_foreign_key { table = "refers", columns = "kept", references = "kept", on_delete = "explode" },
    recipe.set_not_null,
}
LUA
check_exit 2 env -u ZDM_DATABASE_URL PGHOST=/nowhere "$ZDM" plan mistakes.lua
check_golden recipes/mistakes "$err"
check_exit 2 "$ZDM" plan names.lua --offline
check_has "$err" 'read the catalog, and no target is named'
check_exit 2 "$ZDM" check names.lua --offline
# A file with the schema does as well; and zdm new writes lists, tables and numbers, too.
echo "CREATE TYPE mood AS ENUM ('sad', 'it''s', 'ok'); CREATE TABLE moods (id int PRIMARY KEY, mood mood, at date NOT NULL, note text);" >moods.sql
new() { # new NAME FIELD=VALUE...: of the recipe
    check_exit 0 env -u ZDM_DATABASE_URL PGHOST=/nowhere "$ZDM" new "$1" --recipe "$@"
    check_exit 0 env -u ZDM_DATABASE_URL PGHOST=/nowhere "$ZDM" plan "$1.lua" --schema moods.sql
    cp "$out" "$1.out"
    check_exit 0 env -u ZDM_DATABASE_URL PGHOST=/nowhere "$ZDM" check "$1.lua" --schema moods.sql
}
new enum_replace type=mood "values=bad, it's ,ok" 'map={ sad = "bad" }'
check_has enum_replace.out "CREATE TYPE public.zdm_new_mood AS ENUM ('bad', 'it''s', 'ok')"
new partition_table table=moods hash=id partitions=3
check_has partition_table.out "MODULUS 3, REMAINDER 2"
new split_column table=moods column=note "into={ a = \"split_part(note, ',', 1)\", b = 'note' }" join="concat(a, ',', b)"
new versions old=v1 new=v2 tables=moods 'rename={ ["moods.note"] = "text" }'
# What only one recipe has: columns by columns of another table, and what can only be true.
check_exit 0 "$ZDM" new moved --recipe move_columns table=moods columns=note to=notes 'on={ id = "mood_id" }'
check_has moved.lua 'on = { id = "mood_id" },'
check_exit 0 "$ZDM" new others --recipe attach_partition table=moods partition=rest default=true
check_has others.lua 'default = true,'
check_exit 2 "$ZDM" new partition_table2 --recipe partition_table table=moods hash=id partitions=many
check_exit 2 env -u ZDM_DATABASE_URL "$ZDM" plan split_column.lua --schema /dev/null
check_has "$err" "there is no table moods"
check_exit 2 "$ZDM" plan split_column.lua --schema moods.sql --db postgres
check_exit 1 env ZDM_DATABASE_URL="host=/nowhere" "$ZDM" run names.lua

# --- indexes in a tablespace stay there, there and back; one tablespace has the name of a column, which gets another
fresh_db recipe_spaces
mkdir "$ZDM_SANDBOX/one" "$ZDM_SANDBOX/two"
chown "$(stat -c %U "$PGHOST")" "$ZDM_SANDBOX/one" "$ZDM_SANDBOX/two"
sql "CREATE TABLESPACE email LOCATION '$ZDM_SANDBOX/one'"
sql "CREATE TABLESPACE \"Fast Disk\" LOCATION '$ZDM_SANDBOX/two'"
sql 'CREATE TABLE people (id int PRIMARY KEY, email text, a int, b int, CONSTRAINT email_once UNIQUE (email)
         USING INDEX TABLESPACE email);
     CREATE INDEX people_email ON people (lower(email)) WITH (fillfactor = 70) TABLESPACE email
         WHERE email <> $$ TABLESPACE email$$;
     CREATE INDEX people_a ON people (a) TABLESPACE "Fast Disk" WHERE a > 0;
     CREATE INDEX people_b ON people ((a % 7), b, (a + b));
     ALTER INDEX people_b ALTER COLUMN 1 SET STATISTICS 200;
     ALTER INDEX people_b ALTER COLUMN 3 SET STATISTICS 0;
     ALTER TABLE people CLUSTER ON people_b;
     COMMENT ON INDEX people_a IS $$it'"''"'s$$;
     CREATE TABLE goods (id int PRIMARY KEY WITH (fillfactor = 60) USING INDEX TABLESPACE "Fast Disk", a int, b int,
         CONSTRAINT a_once UNIQUE (a) USING INDEX TABLESPACE email,
         CONSTRAINT b_late UNIQUE (b) WITH (fillfactor = 50) USING INDEX TABLESPACE email DEFERRABLE,
         CONSTRAINT ab EXCLUDE USING btree (a WITH =) USING INDEX TABLESPACE "Fast Disk" WHERE (b > 0) DEFERRABLE);
     CREATE TABLE copied (id int PRIMARY KEY WITH (fillfactor = 60) USING INDEX TABLESPACE "Fast Disk", a int UNIQUE
         USING INDEX TABLESPACE email, b int);
     CREATE INDEX copied_b ON copied (b) TABLESPACE email;
     CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
     CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
     CREATE INDEX parts_id ON parts (id) TABLESPACE "Fast Disk" WHERE id > 5;
     CREATE TABLE parts_2 (id int PRIMARY KEY);
     CREATE INDEX parts_2_is ON parts_2 (id) WHERE id > 5;
     CREATE TABLE parts_3 (id int PRIMARY KEY)'
spaces() {
    sql "SELECT c.relname, t.spcname, c.reloptions FROM pg_class c LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
          WHERE c.relkind IN ('i', 'I') AND c.relnamespace = 'public'::regnamespace AND c.relname !~ 'zdm_old$'
         UNION ALL SELECT i.indexrelid::regclass::text, obj_description(i.indexrelid, 'pg_class'),
                          array_agg(coalesce(a.attstattarget, -1)::text ORDER BY a.attnum) || i.indisclustered::text
           FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid
          WHERE i.indrelid = 'people'::regclass GROUP BY 1, 2, i.indisclustered ORDER BY 1, 2, 3"
}
cat >spaces.lua <<'LUA'
return plan "spaces" {
    api = 1,
    recipe.rename_column { table = "people", from = "email", to = "address" },
    recipe.copy_table { table = "copied", order = { "b", "a", "id" } },
}
LUA
cat >spaces_back.lua <<'LUA'
return plan "spaces_back" {
    api = 1,
    recipe.drop_index { table = "people", name = "people_a", quiet = "1ms" },
    recipe.drop_index { table = "people", name = "people_b", quiet = "1ms" },
    recipe.drop_constraint { table = "goods", name = "a_once" },
    recipe.drop_constraint { table = "goods", name = "b_late" },
    recipe.drop_constraint { table = "goods", name = "ab" },
    recipe.attach_partition { table = "parts", partition = "parts_2", from = "10", to = "20" },
    recipe.attach_partition { table = "parts", partition = "parts_3", from = "20", to = "30" },
}
LUA
run_whole spaces.lua
spaces >before
run_whole spaces_back.lua
spaces >after
check_golden recipes/spaces after
check_exit 0 "$ZDM" rollback spaces_back.lua --accept-data-loss
spaces >after
diff before after
