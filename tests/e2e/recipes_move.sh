# The recipes whose plans say office.sql, all of them in one database: up, down and up again beside an application
# that reads and writes all the while, and that sees no error; what is there in the end; and what is refused.
source "$ZDM_SOURCE/tests/support/lib.sh"
cp -r "$ZDM_SOURCE/plans/recipes" .
fresh_db office
psql -Xq -v ON_ERROR_STOP=1 -f recipes/office.sql
plans=$(grep -l office.sql recipes/*.lua)

# What the application does, over and over, until the file `go` is gone. The first error ends it.
application() {
    while [ -e go ] && [ ! -s app.err ]; do cat <<'SQL'
INSERT INTO members (email, fax, badge, desk, room)
VALUES ('new' || random(), 'f', 1e6 + random() * 1e9, 1e6 + random() * 1e9, 3) RETURNING id AS id \gset
UPDATE members SET fax = fax || '1', email = email || '.' WHERE id = :id;
SELECT count(fax) FROM members WHERE email = 'new';
INSERT INTO invoices (member, total) VALUES (:id, 10);
UPDATE invoices SET total = total + 1 WHERE member = :id;
DELETE FROM members WHERE id = :id;
INSERT INTO bookings (rooms, during) VALUES ('[99,99]', tstzrange(clock_timestamp() - interval '1 us', clock_timestamp()));
DELETE FROM bookings WHERE rooms @> 99;
SQL
    done | psql -Xq -v ON_ERROR_STOP=1 >app.out 2>app.err || echo "exit $?" >>app.err
}

picture() {
    schema_picture | grep -v -e zdm -e ' NOT NULL [^ ]*$' # which are constraints of their own from 18 on
    sql "SELECT 'comment ' || d.description FROM pg_description d JOIN pg_class c ON c.oid = d.objoid
          WHERE d.classoid = 'pg_class'::regclass AND c.relnamespace = 'public'::regnamespace
         UNION ALL SELECT 'comment ' || d.description FROM pg_description d JOIN pg_constraint k ON k.oid = d.objoid
          WHERE d.classoid = 'pg_constraint'::regclass AND k.connamespace = 'public'::regnamespace"
}

approve() {
    grep '^  zdm approve' "$out" | while read -r _ rest; do eval "\"$ZDM\" $rest" >/dev/null; done
}

trap 'rm -f go; wait' EXIT
export ZDM_LEDGER=$PWD/ledger.db
picture | sort >before

# Up to what a person has to say, and all the way back.
touch go
application &
for plan in $plans; do
    code=0
    "$ZDM" run "$plan" >"$out" 2>"$err" || code=$?
    [[ $code = 0 || $code = 3 ]] || fail "$plan: exit code $code: $(cat "$out" "$err")"
    check_exit 0 "$ZDM" rollback "$plan" --accept-data-loss
done
picture | sort >after
diff before after >&2 || fail "the way back ends elsewhere"

# Up again, all of them beside each other; the application ends when its approval is asked for.
to_the_end() {
    local plan code i
    for plan in "$@"; do
        for ((i = 0; i < 5; i++)); do
            code=0
            "$ZDM" run "$plan" >"$out" 2>"$err" || code=$?
            [ $code = 3 ] || break
            grep -q '^  zdm approve' "$out" || break
            approve
        done
        [ $code = 0 ] || [ $code = 3 ] || fail "$plan: exit code $code: $(cat "$out" "$err")"
    done
}
for plan in $plans; do
    "$ZDM" run "$plan" >"$out" 2>"$err" || [ $? = 3 ] || fail "$plan: $(cat "$out" "$err")"
done
rm go
wait
check_eq "errors of the application" "" "$(cat app.err)"

# As far as there is a way back, and back once more.
sed -i 's/retain = "1ms"/retain = "1h"/' $plans
to_the_end $plans
for plan in $(printf '%s\n' $plans | tac); do
    check_exit 0 "$ZDM" rollback "$plan" --accept-data-loss
done
picture | sort >after
diff before after >&2 || fail "the way back from behind the gates ends elsewhere"

sed -i 's/retain = "1h"/retain = "1ms"/' $plans
to_the_end $plans
picture | sort | diff before - | grep '^[<>]' >change || true
check_golden recipes/office change
check_exit 0 "$ZDM" verify

# --- names that need quotes, another schema, partitions: writes are refused, wherever they name the table
fresh_db office_names
psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
CREATE SCHEMA "My Shop";
CREATE TABLE "My Shop"."Old Sales" (id int, "Sold At" date, PRIMARY KEY (id, "Sold At"))
    PARTITION BY RANGE ("Sold At");
CREATE TABLE "My Shop"."2025" PARTITION OF "My Shop"."Old Sales" FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
    PARTITION BY LIST (id);
CREATE TABLE "My Shop"."2025 rest" PARTITION OF "My Shop"."2025" DEFAULT;
CREATE TABLE "My Shop".kept (id int PRIMARY KEY, a text, "B's" text, UNIQUE (a), UNIQUE ("B's") INCLUDE (a));
CREATE INDEX ON "My Shop".kept (lower("B's" || a), a);
INSERT INTO "My Shop"."Old Sales" VALUES (1, '2025-02-02');
INSERT INTO "My Shop".kept VALUES (1, 1, 1);
SQL
cat >names.lua <<'LUA'
return plan "names" {
    api = 1,
    recipe.drop_table { table = '"My Shop"."Old Sales"', retain = "1h" },
    recipe.drop_column {
        table = '"My Shop".kept',
        column = [["B's"]],
        retain = "1ms",
        along = { "kept_lower_a_idx" },
    },
}
LUA
rm ledger.db*
to_the_end names.lua
check_has "$out" '1 h'
sql "ALTER TABLE \"My Shop\".$(sql "SELECT quote_ident(relname) FROM pg_class WHERE relname LIKE 'zdm_aside%Old Sales'") RENAME TO t"
for statement in 'INSERT INTO "My Shop".t VALUES (1)' 'UPDATE "My Shop"."2025 rest" SET id = 2' 'TRUNCATE "My Shop"."2025"' \
    'DELETE FROM "My Shop".t'; do
    check_eq "$statement" 25006 "$(psql -Xq -c '\set VERBOSITY sqlstate' -c "$statement" 2>&1 | sed 's/.* //' || true)"
done

# --- refused, with what is in the way
sql "CREATE TABLE kept (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a + 1) STORED, c int, d int, e int NOT NULL,
                        f int GENERATED ALWAYS AS IDENTITY, UNIQUE (c, d), CHECK (e IS NOT NULL),
                        CONSTRAINT kept_c UNIQUE (c), CONSTRAINT positive CHECK (d > 0));
     CREATE INDEX kept_d_e ON kept (d, e);
     CREATE UNIQUE INDEX kept_e ON kept (e);
     CREATE INDEX kept_a ON kept (a);
     ALTER TABLE kept CLUSTER ON kept_a;
     CREATE TABLE refers (kept int REFERENCES kept, c int REFERENCES kept (c), all_of kept);
     CREATE VIEW looks AS SELECT a FROM kept;
     CREATE POLICY own ON kept USING (a > 0);
     CREATE FUNCTION rows_of() RETURNS SETOF kept LANGUAGE sql AS 'SELECT * FROM kept';
     CREATE TABLE parted (id int UNIQUE) PARTITION BY RANGE (id);
     CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (10);
     CREATE INDEX parted_id ON parted (id)"
cat >refused.lua <<'LUA'
return plan "refused" {
    api = 1,
    recipe.drop_column { table = "kept", column = "a" },
    recipe.drop_column { table = "kept", column = "c" },
    recipe.drop_column { table = "kept", column = "d", along = { "kept_c_d_key" } },
    recipe.drop_column { table = "kept", column = "e", along = "kept_d_e" },
    recipe.drop_column { table = "kept", column = "f" },
    recipe.drop_column { table = "kept", column = "id" },
    recipe.drop_column { table = "parted", column = "id" },
    recipe.drop_column { table = "parted_1", column = "id" },
    recipe.drop_column { table = "looks", column = "a" },
    recipe.drop_table { table = "kept" },
    recipe.drop_table { table = "parted_1" },
    recipe.drop_constraint { table = "kept", name = "kept_pkey" },
    recipe.drop_constraint { table = "kept", name = "kept_c" },
    recipe.drop_constraint { table = "kept", name = "kept_z" },
    recipe.drop_constraint { table = "parted", name = "parted_id_key" },
    recipe.replace_index { table = "kept", from = "kept_c", keys = "c" },
    recipe.replace_index { table = "kept", from = "kept_e", keys = "e, d" },
    recipe.replace_index { table = "kept", from = "kept_a", keys = "a", where = "a > 0" },
    recipe.replace_index { table = "parted", from = "parted_id", keys = "id" },
    recipe.replace_index { table = "parted_1", from = "parted_1_id_idx", keys = "id" },
    recipe.add_exclusion { table = "parted", name = "x", elements = "id WITH =" },
    recipe.add_exclusion { table = "kept", name = "positive", elements = "id WITH =" },
}
LUA
check_exit 2 "$ZDM" plan refused.lua
check_golden recipes/office_refused "$err"
sql "INSERT INTO refers SELECT FROM generate_series(1, 1000)"
cat >large.lua <<'LUA'
return plan "large" {
    api = 1,
    recipe.add_exclusion { table = "refers", name = "x", using = "btree", elements = "c WITH =", max_size = "8kB" },
}
LUA
check_exit 3 "$ZDM" run large.lua
check_has "$out" "false, size = 64 kB"
