# Two versions of an application side by side, each through views of its own: what works through them, and the
# rights and the row security that count.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/versions.db

sql 'CREATE ROLE app LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE keeper'
sql "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE,
         phone text DEFAULT 'none', score int NOT NULL DEFAULT 7, secret text,
         upper text GENERATED ALWAYS AS (upper(email)) STORED);
     CREATE TABLE \"Odd Ones\" (id serial PRIMARY KEY, \"a b\" text, owner_name text);
     CREATE POLICY own ON \"Odd Ones\" USING (owner_name = current_user);
     ALTER TABLE users OWNER TO keeper;
     GRANT SELECT, INSERT, UPDATE, DELETE ON users, \"Odd Ones\" TO app;
     GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app;
     GRANT SELECT (id, email) ON users TO reader;
     INSERT INTO users (email) SELECT 'u' || g FROM generate_series(1, 20) AS g;
     INSERT INTO \"Odd Ones\" (\"a b\", owner_name) VALUES ('mine', 'app'), ('yours', 'other')"
cat >versions.lua <<'LUA'
return plan "versions" {
    api = 1,
    expand { sql "add" [[ALTER TABLE users ADD COLUMN country text DEFAULT 'xx']] },
    recipe.versions {
        old = "app_v1", new = '"App V2"', tables = { "users", '"Odd Ones"' },
        rename = { ["users.email"] = "email_address", ['"Odd Ones"."a b"'] = '"c d"' },
        without = { "users.secret" }, added = { "users.country" }, clients = "shop v1%",
    },
    contract { sql "the name" [[ALTER TABLE users RENAME COLUMN email TO email_address]] },
}
LUA
has_invokers=$([ "$(sql 'SHOW server_version_num')" -lt 150000 ] || echo yes)
sql 'ALTER TABLE "Odd Ones" ENABLE ROW LEVEL SECURITY'
if [ ! "$has_invokers" ]; then
    check_exit 2 "$ZDM" run versions.lua
    check_has "$err" 'public."Odd Ones" has row security, which a view of its owner gets around before PostgreSQL 15'
    sql 'ALTER TABLE "Odd Ones" DISABLE ROW LEVEL SECURITY'
fi
picture() { schema_picture | grep -v zdm; sql "SELECT nspname, nspacl FROM pg_namespace WHERE oid >= 16384 AND nspname <> 'zdm'"; }
picture >before
check_exit 3 "$ZDM" run versions.lua
check_exit 0 "$ZDM" rollback versions.lua --accept-data-loss
picture >after
diff before after >&2 || fail "the way back ends elsewhere"
check_exit 3 "$ZDM" run versions.lua

as() { # as ROLE SCHEMA SQL
    PGOPTIONS="-c search_path=\"${2// /\\ }\"" sql "$3" -U "$1"
}
cannot() { # cannot TEXT ROLE SCHEMA SQL
    if PGOPTIONS="-c search_path=\"${3// /\\ }\"" sql "$4" -U "$2" </dev/null >"$out" 2>"$err"; then
        fail "works: $4"
    fi
    check_has "$err" "$1"
}
for schema in app_v1 "App V2"; do
    email=email
    [ "$schema" = app_v1 ] || email=email_address
    check_eq "insert" "21|new|none|7|NEW" "$(as app "$schema" "INSERT INTO users ($email) VALUES ('new')
        RETURNING least(id, 21), $email, phone, score, upper")"
    check_eq "upsert" "new|8" "$(as app "$schema" "INSERT INTO users ($email) VALUES ('new')
        ON CONFLICT ($email) DO UPDATE SET score = users.score + 1 RETURNING $email, score")"
    as app "$schema" "INSERT INTO users ($email) VALUES ('new') ON CONFLICT DO NOTHING"
    check_eq "update" "newer" "$(as app "$schema" "UPDATE users SET $email = 'newer' WHERE $email = 'new' RETURNING $email")"
    check_eq "lock" "newer" "$(as app "$schema" "SELECT $email FROM users WHERE $email = 'newer' FOR UPDATE")"
    check_eq "copy out" "newer" "$(as app "$schema" "COPY (SELECT $email FROM users WHERE $email = 'newer') TO STDOUT")"
    check_eq "delete" "newer" "$(as app "$schema" "DELETE FROM users WHERE $email = 'newer' RETURNING $email")"
    as app "$schema" "INSERT INTO users (id, $email) OVERRIDING SYSTEM VALUE VALUES (1000, 'own'); DELETE FROM users WHERE id = 1000"
    cannot "cannot insert a non-DEFAULT value into column \"id\"" app "$schema" "INSERT INTO users (id, $email) VALUES (5, 'x')"
    cannot "cannot copy to view" app "$schema" "COPY users ($email) FROM STDIN"
    cannot "cannot copy from view" app "$schema" "COPY users TO STDOUT"
    cannot 'constraint "users_email_key" for table "users" does not exist' app "$schema" "INSERT INTO users ($email) VALUES ('x') ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING"
    [ ! "$has_invokers" ] || check_eq "rows of one's own" mine "$(as app "$schema" 'SELECT * FROM "Odd Ones"' | cut -d'|' -f2)"
    check_eq "rights of columns" 20 "$(as reader "$schema" "SELECT count($email) FROM users")"
    cannot "permission denied" reader "$schema" "SELECT phone FROM users"
    cannot "permission denied" reader "$schema" "DELETE FROM users"
done
check_eq "columns of old code" "id,email,phone,score,secret,upper" "$(sql "SELECT string_agg(attname, ',' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = 'app_v1.users'::regclass AND attnum > 0")"
check_eq "columns of new code" "id,email_address,phone,score,upper,country" "$(sql "SELECT string_agg(attname, ','
    ORDER BY attnum) FROM pg_attribute WHERE attrelid = '\"App V2\".users'::regclass AND attnum > 0")"

# The end: not while an old client is there, nor without a word of somebody.
check_exit 3 "$ZDM" run versions.lua
check_exit 0 "$ZDM" approve versions.lua "nobody uses app_v1" --note gone
check_exit 0 "$ZDM" run versions.lua
check_eq "schemas" "App V2" "$(sql "SELECT string_agg(nspname, ',') FROM pg_namespace WHERE nspname IN ('app_v1', 'App V2')")"
check_eq "new code" "u1" "$(as app "App V2" "SELECT email_address FROM users WHERE id = 1")"
check_eq "the table" "u1" "$(sql "SELECT email_address FROM public.users WHERE id = 1")"

# The next version: what was new is old, and stays as it is.
cat >next.lua <<'LUA'
return plan "next" {
    api = 1,
    recipe.versions { old = '"App V2"', new = "app_v3", tables = { "users" }, without = { "users.phone" } },
}
LUA
check_exit 3 "$ZDM" run next.lua
check_eq "both" "u1|u1" "$(sql 'SELECT a.email_address, b.email_address FROM "App V2".users a JOIN app_v3.users b USING (id) WHERE id = 1')"
check_exit 0 "$ZDM" rollback next.lua
check_eq "stays" "u1" "$(sql 'SELECT email_address FROM "App V2".users WHERE id = 1')"

# What is refused.
refused() { # refused TEXT FIELDS
    echo "return plan 'r' { api = 1, recipe.versions { $2 } }" >refused.lua
    check_exit 2 "$ZDM" plan refused.lua --db "$ZDM_DATABASE_URL"
    check_has "$err" "$1"
}
refused 'column email_address of public.users is NOT NULL and has no default' \
    "old = 'a', new = 'b', tables = { 'users' }, without = { 'users.email_address' }"
refused 'two columns of public.users would be called phone' \
    "old = 'a', new = 'b', tables = { 'users' }, rename = { ['users.score'] = 'phone' }"
refused 'has no column nothing' "old = 'a', new = 'b', tables = { 'users' }, without = { 'users.nothing' }"
refused 'is not a column of a table in tables' "old = 'a', new = 'b', tables = { 'users' }, without = { 'other.phone' }"
refused 'old and new are one schema' "old = 'a', new = 'a', tables = { 'users' }"
refused '"App V2".users exists already' "old = 'a', new = '\"App V2\"', tables = { 'users' }"
sql 'GRANT SELECT (id) ON "Odd Ones" TO reader'
sql 'ALTER TABLE "Odd Ones" ENABLE ROW LEVEL SECURITY'
reason="and a role has rights on single columns"
[ "$has_invokers" ] || reason="which a view of its owner gets around"
refused "has row security, $reason" "old = 'a', new = 'b', tables = { '\"Odd Ones\"' }"

# The field `versions` of other recipes: each version of the code sees its own shape of the table, and what the other one
# writes, from before its approval on; the schema that was new in one plan is old in the next.
fresh_db fields
export ZDM_LEDGER=$PWD/fields.db
sql "CREATE TABLE people (id serial PRIMARY KEY, email text NOT NULL UNIQUE, name text, age text, zip int, city text);
     CREATE TABLE visits (person int REFERENCES people);
     GRANT SELECT, INSERT, UPDATE, DELETE ON people TO app; GRANT USAGE ON SEQUENCE people_id_seq TO app;
     INSERT INTO people (email, name, age, zip, city) SELECT 'e' || g, 'A B' || g, g::text, g, 'x' FROM generate_series(1, 9) AS g"
shape() { # shape SCHEMA.VIEW: its columns
    sql "SELECT string_agg(attname || ' ' || atttypid::regtype, ', ' ORDER BY attnum) FROM pg_attribute
         WHERE attrelid = '$1'::regclass AND attnum > 0 AND NOT attisdropped"
}
step() { # step OLD NEW RECIPE: a plan of one recipe, up to its last approval
    cat >step.lua <<LUA
return plan "to_$2" { api = 1, recipe.$3, versions = { old = "$1", new = "$2", clients = "shop $1" } } }
LUA
    check_exit 3 "$ZDM" run step.lua
}
finish() { # finish OLD: not while an old client is there
    check_exit 3 "$ZDM" run step.lua
    approve_asked
    PGAPPNAME="shop $1" hold_lock "SELECT 1"
    check_exit 3 "$ZDM" run step.lua
    tr -s " \n" " " <"$out" >flat
    check_has flat "shop $1"
    check_eq "$1 is there" t "$(sql "SELECT to_regnamespace('$1') IS NOT NULL")"
    release_lock
    code=0
    "$ZDM" run step.lua >"$out" 2>"$err" || code=$?
    [[ $code = 0 || $code = 3 ]] || fail "exit code $code: $(cat "$out" "$err")" # 3: columns that are retained
    check_eq "$1 is gone" f "$(sql "SELECT to_regnamespace('$1') IS NOT NULL")"
}
picture >before
step p1 p2 'rename_column { table = "people", from = "email", to = "mail"'
check_eq "old" "id integer, email text, name text, age text, zip integer, city text" "$(shape p1.people)"
check_eq "new" "id integer, mail text, name text, age text, zip integer, city text" "$(shape p2.people)"
as app p1 "INSERT INTO people (email) VALUES ('one'); UPDATE people SET email = 'two' WHERE email = 'one'"
as app p2 "UPDATE people SET mail = mail || '!' WHERE mail = 'two'; INSERT INTO people (mail) VALUES ('three')"
check_eq "both" "two!|three" "$(as app p1 "SELECT string_agg(email, '|' ORDER BY id) FROM people WHERE id > 9")"
check_exit 0 "$ZDM" rollback step.lua --accept-data-loss
picture | diff before - >&2 || fail "the way back ends elsewhere"
check_exit 3 "$ZDM" run step.lua
finish p1

# Behind the swap, too, neither side notices anything; not even statements that were prepared before.
step p2 p3 'change_type { table = "people", column = "age", type = "int"'
check_has "$out" "no way back is needed"
check_exit 0 "$ZDM" rollback step.lua --to "people.age is ready"
psql -XAtq -U app >seen 2>&1 <<SQL
SET search_path = p2;
PREPARE old AS SELECT pg_typeof(age), age FROM people WHERE mail = 'e1';
EXECUTE old;
SET search_path = p3;
PREPARE new AS SELECT pg_typeof(age), age FROM people WHERE mail = 'e1';
EXECUTE new;
UPDATE people SET age = age + 1 WHERE mail = 'e1';
\! "$ZDM" run step.lua >swap.out 2>&1
EXECUTE new;
UPDATE people SET age = age + 1 WHERE mail = 'e1';
SET search_path = p2;
EXECUTE old;
UPDATE people SET age = '77' WHERE mail = 'e1';
SET search_path = p3;
EXECUTE new;
SQL
check_eq "seen" "text|1 integer|1 integer|2 text|3 integer|77" "$(paste -sd ' ' seen)"
finish p2
check_eq "old" "id integer, name text, age integer, zip integer, city text, mail text" "$(shape p3.people)"

step p3 p4 "split_column { table = 'people', column = 'name', join = \"concat_ws(' ', first, last)\",
    into = { first = \"split_part(name, ' ', 1)\", last = \"split_part(name, ' ', 2)\" }"
check_eq "new" "id integer, first text, last text, zip integer, city text, mail text, age integer" "$(shape p4.people)"
as app p4 "INSERT INTO people (mail, first, last) VALUES ('four', 'F', 'Our')"
check_eq "joined" "F Our" "$(as app p3 "SELECT name FROM people WHERE mail = 'four'")"
finish p3

step p4 p5 "merge_columns { table = 'people', into = 'place', join = \"concat_ws(' ', zip, city)\",
    from = { zip = \"split_part(place, ' ', 1)::int\", city = \"split_part(place, ' ', 2)\" }"
as app p4 "UPDATE people SET city = 'here' WHERE mail = 'e2'"
check_eq "merged" "2 here" "$(as app p5 "SELECT place FROM people WHERE mail = 'e2'")"
finish p4

step p5 p6 'rename_table { table = "people", to = "humans"'
as app p5 "UPDATE people SET first = 'Eve' WHERE mail = 'e3'"
check_eq "renamed" "Eve" "$(as app p6 "SELECT first FROM humans WHERE mail = 'e3'")"
check_eq "for all others" "Eve" "$(sql "SELECT first FROM people WHERE mail = 'e3'")"
finish p5
check_eq "in the end" "id integer, mail text, age integer, first text, last text, place text" "$(shape humans | tr -d '"' |
    sed 's/, zdm_[^,]*//g')"

refuses() { # refuses TEXT RECIPES
    echo "return plan 'r' { api = 1, $2 }" >refused.lua
    check_exit 2 "$ZDM" plan refused.lua --db "$ZDM_DATABASE_URL"
    check_has "$err" "$1"
}
rename='recipe.rename_column { table = "humans", from = "mail", to = "m",'
refuses 'old and new are one schema' "$rename versions = { old = 'p6', new = 'p6' } }"
refuses 'has "new", which must be' "$rename versions = { old = 'p7' } }"
refuses 'did you mean "clients"' "$rename versions = { old = 'p7', new = 'p8', client = 'x' } }"
refuses 'another recipe of the plan has the schema p8 already' "$rename versions = { old = 'p6', new = 'p8' } },
    recipe.change_type { table = 'humans', column = 'age', type = 'bigint', versions = { old = 'p8', new = 'p9' } }"
