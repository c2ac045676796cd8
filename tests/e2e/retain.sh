# retain: columns and tables are set aside, taken back, and dropped when their time is over; kill -9 on the way.
source "$ZDM_SOURCE/tests/support/lib.sh"
plan=$PWD/retain.lua
cp "$ZDM_SOURCE/tests/support/plans/retain.lua" "$plan"
long="\"$(printf 'ü%.0s' {1..30}).x'\""

PGDATABASE=postgres sql 'CREATE DATABASE retain_base' >/dev/null
PGDATABASE=retain_base sql "
    CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, nick text NOT NULL);
    CREATE INDEX users_nick ON users (nick);
    COMMENT ON COLUMN users.nick IS 'it''s a \\nick';
    INSERT INTO users SELECT i, 'P' || i, 'n' || i FROM generate_series(1, 100) AS i;
    CREATE SCHEMA app;
    CREATE TABLE app.\"Big T\" (id int, $long int NOT NULL DEFAULT 7) PARTITION BY RANGE (id);
    CREATE TABLE app.big_1 PARTITION OF app.\"Big T\" FOR VALUES FROM (0) TO (100);
    INSERT INTO app.\"Big T\" VALUES (1), (2);
    CREATE TABLE app.archive (id bigserial PRIMARY KEY, user_id int REFERENCES public.users);
    COMMENT ON TABLE app.archive IS 'old';
    INSERT INTO app.archive (user_id) VALUES (1);
    CREATE VIEW app.last AS SELECT max(id) FROM app.archive"

new_target() {
    fresh_db retain retain_base
    rm -rf ledger.db*
    export ZDM_LEDGER=$PWD/ledger.db
}

comments() {
    sql "SELECT objoid::regclass, objsubid, description FROM pg_description
          WHERE objoid IN (SELECT oid FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'app'::regnamespace))
          ORDER BY 1, 2"
}

picture() {
    schema_picture
    comments
    sql "SELECT * FROM users ORDER BY id"
    sql "SELECT * FROM app.\"Big T\" ORDER BY id"
    sql "SELECT * FROM app.archive ORDER BY id"
    sql "SELECT step, state FROM zdm.journal WHERE item = '' AND state <> 'undone' ORDER BY step COLLATE \"C\""
}

to_gate() {
    check_exit 3 "$ZDM" run "$plan"
    picture >before
    check_exit 0 "$ZDM" approve "$plan" "old code is gone" --note tested
}

aside() {
    sql "SELECT attname FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname LIKE 'zdm_aside_%_$1'"
}

# --- set aside: nothing is lost, INSERTs without it are possible, and the gate says since when it is closed
new_target
to_gate
check_exit 3 "$ZDM" run "$plan"
check_has "$out" 'retain users.nick'
check_has "$out" 'of 1 h'
check_exit 0 "$ZDM" status "$plan"
check_has "$out" 'retain users.nick'
email=$(aside email) nick=$(aside nick)
check_eq "its values are there" 100 "$(sql "SELECT count(*) FROM users WHERE $nick = 'n' || id")"
check_has <(comments) "users.nick, set aside by"
check_has <(comments) "app.archive, set aside by"
check_eq "a name of 63 bytes becomes another one" 1 "$(sql "SELECT count(*) FROM pg_attribute
    WHERE attrelid = 'app.big_1'::regclass AND attname LIKE 'zdm_aside_%_üüü%' AND octet_length(attname::text) < 64")"
sql "INSERT INTO users (id, email_address) VALUES (101, 'new')"
sql "UPDATE users SET email_address = 'changed' WHERE id = 5"
sql "INSERT INTO app.\"Big T\" (id) VALUES (3)"
check_eq "a sync goes on" "changed new" "$(sql "SELECT string_agg($email, ' ' ORDER BY id) FROM users WHERE id IN (5, 101)")"
sql "ALTER TABLE users ADD COLUMN email int" # another one of its old name
sql "UPDATE users SET email_address = 'Once more' WHERE id = 5"
sql "ALTER TABLE users DROP COLUMN email"
check_eq "and is not taken for it" "Once more new" "$(sql "SELECT string_agg($email, ' ' ORDER BY id) FROM users WHERE id IN (5, 101)")"
check_exit 0 "$ZDM" verify "$plan"
check_has "$out" "all agree"

# --- what is shown
check_exit 2 "$ZDM" plan "$plan"
check_has "$err" "view app.last depends on it"
check_exit 0 "$ZDM" rollback "$plan" --to "set aside users.nick" --dry-run --format json

# --- the way back says what is in the way, each with a count or a name
check_exit 4 "$ZDM" rollback "$plan" --to "old code is gone"
check_has <(tr -s ' \n' ' ' <"$err") '1 row of users without a value of nick, which was NOT NULL'
check_exit 0 "$ZDM" rollback "$plan" --to "drop not null users.nick" --dry-run
sql "UPDATE users SET $nick = 'filled' WHERE $nick IS NULL"
sql "CREATE TABLE app.archive (id int)"
sql "ALTER TABLE users ADD COLUMN nick int"
before_refusal=$(schema_picture)
check_exit 4 "$ZDM" rollback "$plan" --to "old code is gone" --accept-data-loss
check_has <(tr -s ' \n' ' ' <"$err") 'there is another app.archive now'
check_has <(tr -s ' \n' ' ' <"$err") 'table users has another column nick now'
check_eq "nothing was changed" "$before_refusal" "$(schema_picture)"

# --- another plan drops the new column of that name, while the first one's is still there
sed -e 's/"retain"/"retain_2"/; /expand {/,/backfill/d; /"email"/d; /Big T/d; /archive/d; /"last"/d' "$plan" >second.lua
check_exit 0 "$ZDM" plan second.lua --format sql
check_eq "the script writes the comment, too" 1 "$(grep -c gexec "$out")"
check_exit 3 "$ZDM" run second.lua
check_exit 0 "$ZDM" approve second.lua "old code is gone" --note tested
check_exit 3 "$ZDM" run second.lua
check_eq "both are aside" 2 "$(aside nick | wc -l)"
sed -i 's/"1h"/"1ms"/' second.lua
check_exit 0 "$ZDM" run second.lua
check_eq "its own is dropped" "$nick" "$(aside nick)"
sql "DROP TABLE app.archive"

# --- all of it comes back: names, NOT NULL, comments, the values that were written meanwhile
check_exit 0 "$ZDM" rollback "$plan" --to "old code is gone" --dry-run
check_has "$out" "derived by zdm when the step ran"
check_exit 0 "$ZDM" rollback "$plan" --to "old code is gone" --format json
check_eq "what is recalled is judged by the catalog, too" "long public.users" "$(jq -r 'select(.event == "undo-start" and
    .step == "drop not null users.nick") | .locking | [.class, .order[]] | join(" ")' "$out")"
sql "DELETE FROM users WHERE id = 101; DELETE FROM app.\"Big T\" WHERE id = 3"
sql "UPDATE users SET email = 'P5' WHERE id = 5"
sql "DELETE FROM zdm.journal WHERE plan = 'retain_2'"
picture | grep -v '^old code is gone' >after
diff <(grep -v '^old code is gone' before) after

# --- kill -9 on the way there and back; also between the two steps of a column
check_exit 137 env ZDM_FAILPOINT=commit.after:1 "$ZDM" run "$plan"
check_eq "it is nullable" f "$(sql "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'nick'")"
# Its NOT NULL is proven without a lock: by a CHECK of a transaction before.
check_exit 137 env ZDM_FAILPOINT=commit.after:1 "$ZDM" rollback "$plan" --to "old code is gone"
check_eq "the CHECK is there, and proves nothing yet" f "$(sql "SELECT convalidated FROM pg_constraint WHERE conname ~ '^zdm_aside_'")"
check_exit 0 "$ZDM" rollback "$plan" --to "old code is gone"
for point in journal.before:2 journal.after:2 commit.after:2 commit.after:1; do
    check_exit 137 env ZDM_FAILPOINT="$point" "$ZDM" run "$plan"
done
check_exit 3 "$ZDM" run "$plan"
for point in journal.before:1 journal.after:2 commit.after:2; do
    check_exit 137 env ZDM_FAILPOINT="$point" "$ZDM" rollback "$plan" --to "old code is gone"
done
check_exit 0 "$ZDM" rollback "$plan" --to "old code is gone"
picture | grep -v '^old code is gone' >after
diff <(grep -v '^old code is gone' before) after

# --- when its time is over it is dropped, in the order of the plan; then there is no way back
check_exit 3 "$ZDM" run "$plan"
sed -i 's/"1h"/"1ms"/' "$plan"
check_exit 1 "$ZDM" run "$plan"
check_has "$err" "app.last"
check_eq "both columns are dropped" 0 "$(sql "SELECT count(*) FROM pg_attribute
    WHERE attrelid IN ('users'::regclass, 'app.big_1'::regclass) AND attname ~ '^zdm_aside_.*(nick|ü)'")"
sql "DROP VIEW app.last"
check_exit 0 "$ZDM" plan "$plan" --format json
check_exit 3 "$ZDM" run "$plan"
check_has "$out" 'retain users.email'
check_exit 4 "$ZDM" rollback "$plan"
check_has "$err" '"drop column users.nick"'
sed -i 's/"2h"/"1ms"/' "$plan"
check_exit 0 "$ZDM" run "$plan"
check_eq "nothing is left of it" 0 "$(sql "SELECT (SELECT count(*) FROM pg_class WHERE relname LIKE 'zdm_aside_%')
    + (SELECT count(*) FROM pg_attribute WHERE attname LIKE 'zdm_aside_%')
    + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'zdm'::regnamespace AND proname LIKE 'sync_%')
    + (SELECT count(*) FROM pg_constraint WHERE conname LIKE 'zdm_aside_%')")"
check_exit 0 "$ZDM" verify "$plan"

# --- what cannot be set aside is refused before anything breaks
cat >id.lua <<'PLAN'
return plan "id" {
    api = 1,
    gate "go" { sql "yes" "SELECT true" },
    contract { drop_column { table = "users", column = "id", retain = "1h" } },
}
PLAN
check_exit 1 "$ZDM" run id.lua
check_has "$err" "users.id is of the primary key"
check_eq "nothing was changed" 1 "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'id'")"

# refused COLUMN WORDS: a column that cannot be set aside stops before anything is changed.
refused() {
    sed "s/\"id\"/\"odd\"/; s/\"users\"/\"odd\"/; s/\"odd\", retain/\"$1\", retain/" id.lua >odd.lua
    check_exit 1 "$ZDM" run odd.lua
    check_has <(tr -s ' \n' ' ' <"$err") "$2"
    check_eq "nothing was changed" "$odd" "$(schema_picture | grep odd)"
}
sql "CREATE TABLE odd (a int UNIQUE DEFAULT 7, b text UNIQUE DEFAULT gen_random_uuid(), c int NOT NULL, \"D d\" int);
    CREATE UNIQUE INDEX odd_c ON odd (c);
    ALTER TABLE odd REPLICA IDENTITY USING INDEX odd_c;
    CREATE FUNCTION odd_f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN New . \"D d\" := 1; RETURN new; END';
    CREATE TRIGGER odd_t BEFORE INSERT ON odd FOR EACH ROW EXECUTE FUNCTION odd_f()"
odd=$(schema_picture | grep odd)
refused a "column odd.a is unique, and its DEFAULT always the same"
# What the catalog tells is said by the plan.
check_exit 0 "$ZDM" plan odd.lua
check_has <(tr -s ' \n' ' ' <"$out") 'as things stand it would stop: column odd.a is unique, and its DEFAULT always the same'
check_exit 0 "$ZDM" plan odd.lua --format json
check_eq "for programs, too" 1 "$(jq '[.steps[].stops_now | length?] | add' "$out")"
refused c "column odd.c is of the replica identity, whose columns have to be NOT NULL"
sed -i 's/column = "id"/column = "\\"D d\\""/; s/"users"/"odd"/; s/plan "id"/plan "odd_d"/' id.lua
check_exit 1 "$ZDM" run id.lua
check_has <(tr -s ' \n' ' ' <"$err") 'a trigger function of table odd uses NEW."D d" or OLD."D d": every write would fail'
check_exit 0 "$ZDM" rollback id.lua
sed -i 's/"\\"D d\\""/"b"/; s/plan "odd_d"/plan "odd_b"/' id.lua
check_exit 3 "$ZDM" run id.lua
sql "INSERT INTO odd (c) VALUES (1); DELETE FROM odd"

# --- what a gate saw that never opened is forgotten
check_eq "the gate was looked at" 1 "$(sql "SELECT count(*) FROM zdm.gate WHERE plan = 'odd_b' AND step ~ '^retain'")"
check_exit 0 "$ZDM" rollback id.lua
check_eq "nothing is left of it" 0 "$(sql "SELECT count(*) FROM zdm.gate WHERE plan = 'odd_b'")"

# --- the values are kept when the column is dropped: up, down, up, with kill -9 on the way back
PGDATABASE=postgres sql 'CREATE DATABASE keep_base' >/dev/null
PGDATABASE=keep_base sql "
    CREATE SCHEMA shop;
    CREATE TABLE shop.\"Items\" (a int, \"B\" text, note text COLLATE \"C\" DEFAULT 'x', data json NOT NULL, n int,
        PRIMARY KEY (a, \"B\"));
    CREATE INDEX note_i ON shop.\"Items\" (note);
    ALTER TABLE shop.\"Items\" ALTER COLUMN note SET STATISTICS 500, ALTER COLUMN note SET STORAGE EXTERNAL,
        ALTER COLUMN note SET (n_distinct = 7);
    COMMENT ON COLUMN shop.\"Items\".note IS 'it''s noted';
    GRANT SELECT (note) ON shop.\"Items\" TO PUBLIC;
    CREATE TABLE bare (id int, x int);
    INSERT INTO shop.\"Items\" SELECT i, 'b' || i, CASE WHEN i % 3 > 0 THEN 'n' || i END, to_json(i), i
      FROM generate_series(1, 300) AS i"
fresh_db keep keep_base
rm -rf ledger.db*
cat >keep.lua <<'PLAN'
return plan "keep" {
    api = 1,
    gate "go" { sql "yes" "SELECT true" },
    contract {
        drop_column { table = 'shop."Items"', column = "note", keep_values = true },
        drop_column { table = 'shop."Items"', column = "data", keep_values = "1h", retain = "1ms" },
    },
}
PLAN
kept_picture() {
    sql "SELECT attname, attstattarget, attstorage,
                ARRAY(SELECT o FROM unnest(attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%'), attacl, attcollation::regcollation,
                col_description(attrelid, attnum)
           FROM pg_attribute WHERE attrelid = 'shop.\"Items\"'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1"
    schema_picture | grep Items
    sql "SELECT a, \"B\", note, data FROM shop.\"Items\" ORDER BY a"
}
kept_picture >before
check_exit 0 "$ZDM" plan keep.lua --format json
check_exit 3 "$ZDM" run keep.lua
check_has "$out" 'keep shop."Items".data'
check_eq "both columns are dropped" 3 "$(sql "SELECT count(*) FROM pg_attribute
    WHERE attrelid = 'shop.\"Items\"'::regclass AND attnum > 0 AND NOT attisdropped")"
check_exit 0 "$ZDM" status keep.lua
check_has <(tr -s ' \n' ' ' <"$out") 'to let them go: DROP TABLE shop.zdm_kept_'
check_exit 0 "$ZDM" status keep.lua --format json
check_eq "both are told" 2 "$(jq '[.steps[].kept | select(.table | startswith("shop.zdm_kept_"))?] | length' "$out")"
data=$(sql "SELECT oid::regclass FROM pg_class WHERE relname ~ 'zdm_kept_.*_data$'")

# --- rows that came since: one without a value for what was NOT NULL, one deleted
sql "INSERT INTO shop.\"Items\" VALUES (1000, 'new', 5); DELETE FROM shop.\"Items\" WHERE a = 2"
check_exit 4 "$ZDM" rollback keep.lua
check_has <(tr -s ' \n' ' ' <"$err") "they need values first: INSERT INTO $data (a, \"B\", data) SELECT"
sql "INSERT INTO $data VALUES (1000, 'new', '\"later\"')"
# Keys that were all changed are seen, and no value is found by them.
sql "UPDATE shop.\"Items\" SET a = -a"
check_exit 4 "$ZDM" rollback keep.lua
check_has <(tr -s ' \n' ' ' <"$err") 'none of the values that shop.zdm_kept_'
sql "UPDATE shop.\"Items\" SET a = -a"
check_exit 0 "$ZDM" rollback keep.lua --dry-run --format json
check_eq "nothing is lost" 0 "$(jq '[.steps[].loses[]] | length' "$out")"
check_eq "what does not come back is said" 3 "$(jq '[.steps[].lacks | select(. != null)] | length' "$out")"
check_has "$out" "1 value has no row any more: it was deleted, or has another key"
check_has "$out" 'values are found by the key (a, \"B\") alone'
check_has "$out" "1 row of shop.\\\"Items\\\" came since the values of shop.\\\"Items\\\".note were copied: its default in there"
check_has "$out" 'CREATE INDEX note_i ON shop.\"Items\" USING btree (note)'
n=0
for point in journal.before:1 journal.before:2 commit.after:1 cursor.after:1 batch.before:1 batch.after:1 barrier.before:1 \
    commit.after:1 commit.after:1 commit.after:1; do
    check_exit 137 env ZDM_FAILPOINT="$point" "$ZDM" rollback keep.lua --to go
    n=$((n + 1))
    # What is half filled in stays on its way back.
    if [ "$n" = 5 ]; then
        check_exit 7 "$ZDM" run keep.lua
        check_has "$err" "a rollback of step \"copy values"
    fi
done
check_exit 0 "$ZDM" rollback keep.lua --to go
sql "CREATE INDEX note_i ON shop.\"Items\" (note)"
kept_picture >after
check_eq "the new row has its default and its value" "x|\"later\"" \
    "$(sql "SELECT note, data FROM shop.\"Items\" WHERE a = 1000")"
diff <(grep -v '^2|' before) <(grep -v '^1000|' after)
check_eq "nothing is left of it" "0 0 0" "$(sql "SELECT (SELECT count(*) FROM pg_class WHERE relname ~ '^zdm_kept_'),
    (SELECT count(*) FROM zdm.cursor), (SELECT count(*) FROM pg_constraint WHERE conname ~ '^zdm_')" -F ' ')"

# --- and forward again, also over a kill; when its time is over the table goes, and the way back with it
for point in journal.after:3 batch.after:1 barrier.before:1; do
    check_exit 137 env ZDM_FAILPOINT="$point" "$ZDM" run keep.lua
done
check_exit 3 "$ZDM" run keep.lua
check_eq "kept again" 300 "$(sql "SELECT count(*) FROM $data")"
sed -i 's/"1h"/"1ms"/' keep.lua
check_exit 0 "$ZDM" run keep.lua
check_eq "the other one stays" 1 "$(sql "SELECT count(*) FROM pg_class WHERE relname ~ '^zdm_kept_.*[^y]$' AND relkind = 'r'")"
check_exit 4 "$ZDM" rollback keep.lua
check_has "$err" 'drop kept values'
sql "DROP TABLE $(sql "SELECT oid::regclass FROM pg_class WHERE relname ~ '^zdm_kept_.*_note$'")"
check_exit 0 "$ZDM" verify keep.lua
check_has "$out" "all agree"

# --- what cannot be kept is refused when the plan is read
sed 's/"keep"/"bare"/; s/shop."Items"/bare/; s/"note"/"x"/; /"1h"/d; /"1ms"/d' keep.lua >bare.lua
check_exit 2 "$ZDM" run bare.lua
check_has "$err" "table public.bare has no key: nothing tells which value is of which row"
check_exit 2 env -u ZDM_DATABASE_URL -u PGHOST "$ZDM" check bare.lua --offline
