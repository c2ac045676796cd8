# docs/reference/roles.md is true: its recipe is run word for word, then each role does its part of a plan, and
# is refused the others', with the statement that would grant it. Another role than the one that logs in; a
# password that is nowhere to be found afterwards.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
page=$ZDM_SOURCE/docs/reference/roles.md
secret=hunter2-Tr0ub4dor

as() { # as ROLE: its connection, with a password
    echo "host=$PGHOST port=$PGPORT dbname=$PGDATABASE user=$1 password=$secret"
}
# The error says it, across its lines.
check_says() {
    tr -s ' \n' ' ' <"$err" >flat
    check_has flat "$1"
}
recipe() { # recipe WHO: the page's SQL for it
    awk -v fence="\`\`\`sql as=$1" '$0 == fence { inside = 1; next } /^```/ { inside = 0 } inside' "$page" >"$1.sql"
    [ -s "$1.sql" ] || fail "the page has no SQL for $1"
    psql -Xq -v ON_ERROR_STOP=1 -f "$1.sql" "$2"
}

sql 'REVOKE CREATE ON SCHEMA public FROM PUBLIC;
     CREATE ROLE app_owner NOLOGIN; CREATE SCHEMA app AUTHORIZATION app_owner; SET ROLE app_owner;
     CREATE TABLE app.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
     INSERT INTO app.users (email) SELECT $$u$$ || g FROM generate_series(1, 3000) AS g'

# A publication of all tables would have zdm's at once: nothing is made before somebody makes the schema.
sql 'CREATE PUBLICATION "Every thing" FOR ALL TABLES'
cat >first.lua <<'EOF'
return plan "first" {
    api = 1,
    expand { sql "table" "CREATE TABLE app.first (id bigint PRIMARY KEY)" },
    gate "go" { approval "yes" },
}
EOF
refused() {
    check_exit 4 "$ZDM" "$@"
    check_says 'would be published at once, by "Every thing"'
    check_says "CREATE SCHEMA zdm AUTHORIZATION $PGUSER;"
}
refused run first.lua
refused approve first.lua go --note seen
refused resolve first.lua table --done --because "made by hand"
refused verify --accept-all --because "as it is"
# Told beforehand, behind the plan or before it.
refused plan first.lua
check_has "$out" 'CREATE TABLE app.first'
check_exit 4 "$ZDM" plan first.lua --format markdown
check_has "$out" '### zdm plan first: 1 error'
check_has "$out" 'Every thing'
check_has "$out" 'CREATE TABLE app.first'
check_exit 4 "$ZDM" plan first.lua --format json
check_eq "in JSON" 'refused 2' "$(jq -r '"\(.errors[0].code) \(.steps | length)"' "$out")"
check_exit 0 "$ZDM" plan first.lua --offline
check_exit 0 "$ZDM" plan first.lua --format sql
# ... whose script does not need the schema; one with a backfill asks for itself.
sed 's/"first"/"filled"/; s/^    gate.*/    backfill "fill" { table = "app.users", set = { email = "email" } },/' first.lua >filled.lua
check_exit 0 "$ZDM" plan filled.lua --format sql
cp "$out" filled.sql
check_exit 3 psql -Xq -v ON_ERROR_STOP=1 -f filled.sql
check_has "$err" 'zdm.by_hand would be published at once, by "Every thing" (FOR ALL TABLES)'
check_eq "nothing was made" "t|t" "$(sql "SELECT to_regnamespace('zdm') IS NULL, to_regclass('app.first') IS NULL")"
# The same in a sandbox, to which nobody subscribes.
echo 'CREATE SCHEMA app; CREATE PUBLICATION everything FOR ALL TABLES' >setup.sql
check_exit 3 "$ZDM" run first.lua --sandbox --setup setup.sql

recipe admin "$(as "$PGUSER")"
cat >plan.lua <<'EOF'
return plan "rename_email" {
    api = 1,
    expand {
        sql "add column" "ALTER TABLE app.users ADD COLUMN email_address text",
        sync { table = "app.users", from = "email", to = "email_address" },
        sql "index" "CREATE INDEX CONCURRENTLY users_email_address ON app.users (email_address)",
        sql "new table" "SET LOCAL ROLE app_owner; CREATE TABLE app.mails (id bigint PRIMARY KEY)",
    },
    backfill "copy" {
        table = "app.users", set = { email_address = "email" },
        where = "email_address IS DISTINCT FROM email", workers = 2,
    },
    gate "old code is gone" {
        approval "v2 is out",
        consistent { table = "app.users", from = "email", to = "email_address" },
        no_clients "old code" { application = "app v1" },
        no_long_transactions "1h",
        replica_lag "10s",
    },
    contract { drop_column { table = "app.users", column = "email" } },
}
EOF

# Nothing is there yet, and only the migrator may make it.
check_exit 0 "$ZDM" plan --db "$(as reviewer)" plan.lua
check_exit 1 "$ZDM" run --db "$(as reviewer)" plan.lua
check_says 'GRANT USAGE, CREATE ON SCHEMA zdm TO'
check_exit 3 "$ZDM" run --db "$(as migrator)" plan.lua
check_has "$out" 'are published by "Every thing" (FOR ALL TABLES)'
# The page's SQL for a subscriber makes the very tables.
columns="SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'zdm'::regnamespace AND c.relkind = 'r'
    AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2"
awk '$0 == "```sh as=anybody" { inside = 1; next } /^```/ { inside = 0 } inside' "$page" >anybody.sh
sql 'CREATE DATABASE subscriber'
env -u ZDM_DATABASE_URL PATH="$(dirname "$ZDM"):$PATH" sh -e anybody.sh
psql -Xq -d subscriber -f zdm.sql >/dev/null
check_eq "the tables of a subscriber" "$(sql "$columns")" "$(psql -XAtq -d subscriber -c "$columns")"
# Brought up to date it is said once more; else not.
old_zdm='UPDATE zdm.meta SET version = version - 1'
said='are published by "Every thing" (FOR ALL TABLES)'
sql "$old_zdm"
check_exit 0 "$ZDM" approve --db "$(as migrator)" first.lua go --note "as said"
check_says "$said"
check_exit 0 "$ZDM" approve --db "$(as migrator)" first.lua go --note "once more"
check_lacks "$err" "$said"
for order in pause resume; do
    sql "$old_zdm"
    check_exit 0 "$ZDM" $order --db "$(as migrator)" plan.lua
    check_says "$said"
done
sql "$old_zdm"
check_exit 0 "$ZDM" tune --db "$(as migrator)" plan.lua --workers 2 --format json
check_eq "in JSON" '"Every thing"' "$(jq -r .published "$out")"
sql "$old_zdm"
check_exit 0 "$ZDM" verify --db "$(as migrator)" plan.lua --accept-all --because "as it is"
check_says "$said"
sql "$old_zdm"
check_exit 3 "$ZDM" run --db "$(as migrator)" plan.lua
check_has "$out" 'are published by "Every thing" (FOR ALL TABLES)'
check_exit 3 "$ZDM" run --db "$(as migrator)" plan.lua
check_lacks "$out" 'are published by'
sql 'DROP PUBLICATION "Every thing"'
recipe migrator "$(as migrator)"

# Each its own part, and no other.
for role in reviewer approver operator; do
    check_exit 0 "$ZDM" status --db "$(as $role)" plan.lua
    check_has "$out" 'old code is gone'
    check_exit 0 "$ZDM" plan --db "$(as $role)" plan.lua
    check_exit 1 "$ZDM" run --db "$(as $role)" plan.lua
    check_says 'may not write to the schema zdm'
done
for role in reviewer operator; do
    check_exit 1 "$ZDM" approve --db "$(as $role)" plan.lua 'old code is gone' --note deployed
    check_says "INSERT, UPDATE ON zdm.journal TO $role"
done
for role in reviewer approver; do
    check_exit 1 "$ZDM" pause --db "$(as $role)" rename_email
    check_says "INSERT, UPDATE ON zdm.control TO $role"
done
check_exit 0 "$ZDM" pause --db "$(as operator)" rename_email
check_exit 6 "$ZDM" run --db "$(as migrator)" plan.lua
check_exit 0 "$ZDM" resume --db "$(as operator)" rename_email
check_exit 0 "$ZDM" approve --db "$(as approver)" plan.lua 'old code is gone' --note deployed
check_exit 0 "$ZDM" run --db "$(as migrator)" plan.lua
check_eq "what is left, and whose it is" "app.mails|app_owner,app.users|app_owner|id,email_address|3000" "$(sql "
    SELECT (SELECT string_agg(schemaname || '.' || tablename || '|' || tableowner, ',' ORDER BY tablename)
              FROM pg_tables WHERE schemaname = 'app'),
           (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
             WHERE attrelid = 'app.users'::regclass AND attnum > 0 AND NOT attisdropped),
           count(email_address) FROM app.users")"

# A role that may update the rows and nothing else does a backfill.
sql 'CREATE ROLE filler LOGIN; GRANT USAGE ON SCHEMA app TO filler; GRANT SELECT, UPDATE ON app.users TO filler;
     GRANT USAGE ON SCHEMA zdm TO filler; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA zdm TO filler'
cat >fill.lua <<'EOF'
return plan "fill" { api = 1, backfill "upper" { table = "app.users", set = { email_address = "upper(email_address)" } } }
EOF
check_exit 0 "$ZDM" run --db "$(as filler)" fill.lua
check_eq "its rows" 3000 "$(sql "SELECT count(*) FROM app.users WHERE email_address ~ '^U[0-9]+\$'")"
sql 'REVOKE UPDATE ON app.users FROM filler'
sed -i 's/"fill"/"again"/; s/upper/lower/g' fill.lua
check_exit 1 "$ZDM" run --db "$(as filler)" fill.lua
check_says 'GRANT SELECT, UPDATE ON app.users TO filler'

# Another role than the one that logs in, behind steps that leave theirs.
sql 'CREATE ROLE ann LOGIN; GRANT migrator TO ann; ALTER ROLE ann NOINHERIT'
cat >acts.lua <<'EOF'
return plan "acts" {
    api = 1,
    expand {
        sql "leaves its role" "SET ROLE app_owner; CREATE TABLE app.one (id int)",
        hook "whose" { run = function(db) db:exec "CREATE TABLE zdm.whose AS SELECT current_user::text AS who" end },
    },
}
EOF
check_exit 0 "$ZDM" run --db "$(as ann) options='-c role=migrator'" acts.lua
check_eq "the role of the next step" migrator "$(sql 'SELECT who FROM zdm.whose')"

# A password is in nothing that zdm leaves behind or hands on.
cat >tell.lua <<'EOF'
return plan "tell" {
    api = 1,
    expand {
        command "look" { argv = { "sh", "-c", "cat /proc/[0-9]*/cmdline >argv 2>&-; env >env" }, idempotent = true },
        sql "fails" "ALTER TABLE app.nothing ADD COLUMN a int",
    },
}
EOF
ZDM_DATABASE_URL=$(as migrator) check_exit 1 "$ZDM" run tell.lua
check_has env "password=$secret"
tr '\0' ' ' <argv | cat - "$out" "$err" >said
check_exit 0 "$ZDM" log tell.lua
cat "$out" >>said
check_exit 0 "$ZDM" log tell.lua --format json
cat "$out" >>said
pg_dump -n zdm >>said
sql 'SELECT application_name, query FROM pg_stat_activity' >>said
check_lacks said "$secret"
if grep -c "$secret" "$ZDM_LEDGER"* >/dev/null; then fail "the ledger has the password"; fi
check_exit 1 "$ZDM" run --db "$(as nobody_here)" tell.lua
cat "$out" "$err" >said
check_lacks said "$secret"
check_has said 'nobody_here'
