# Statements outside transactions are settled by the catalog.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
# What the session is given for timeouts would leave INVALID indexes.
export ZDM_DATABASE_URL="$ZDM_DATABASE_URL options='-c statement_timeout=100 -c lock_timeout=20'"
sql 'CREATE SCHEMA "My Schema"; CREATE TABLE "My Schema"."T" (id int PRIMARY KEY, v int);
     INSERT INTO "My Schema"."T" SELECT i, i % 100 FROM generate_series(1, 1000) AS i;
     CREATE TABLE other (id int PRIMARY KEY)'

cat >index.lua <<'EOF'
return plan "index" {
  api = 1,
  expand { sql "build" [[CREATE INDEX CONCURRENTLY "T_v" ON "My Schema"."T" (v)]] },
}
EOF
valid() {
    sql "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'T_v'"
}

# An INVALID leftover is dropped and built again: IF NOT EXISTS would have taken it for done.
sql 'CREATE INDEX "T_v" ON "My Schema"."T" (v)'
sql "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '\"My Schema\".\"T_v\"'::regclass"
"$ZDM" run index.lua >out 2>err
check_has out 'INVALID'
check_eq "the leftover was rebuilt" t "$(valid)"
check_eq "journaled" done "$(sql "SELECT state FROM zdm.journal WHERE plan = 'index' AND step = 'build'")"

# Another index under the same name is refused.
sql "DELETE FROM zdm.journal WHERE plan = 'index'; DROP INDEX \"My Schema\".\"T_v\";
     CREATE INDEX \"T_v\" ON \"My Schema\".\"T\" (id)"
check_exit 1 "$ZDM" run index.lua
check_has "$err" 'exists already and is another one'
check_has "$err" 'index.lua:3'

# A build of another session is waited for, then found.
sql 'DROP INDEX "My Schema"."T_v"'
hold_lock 'INSERT INTO "My Schema"."T" VALUES (-1, -1)'
psql -Xq -c 'CREATE INDEX CONCURRENTLY "T_v" ON "My Schema"."T" (v)' &
builder=$!
wait_until "SELECT count(*) FROM pg_class WHERE relname = 'T_v'" 1
"$ZDM" run index.lua --format json >out 2>err &
runner=$!
wait_for_line out 'being built by another session'
wait_for_line out '"lockers_done":0,"lockers_total":1'
check_has out '"command":"CREATE INDEX CONCURRENTLY"'
release_lock
wait "$builder"
wait "$runner"
check_eq "valid, built once" t "$(valid)"

# kill -9 of zdm while the build waits: the server goes on with it, and keeps the plan; a run says
# so, and the one after the build finds it done.
sql "DELETE FROM zdm.journal WHERE plan = 'index'; DROP INDEX \"My Schema\".\"T_v\""
hold_lock 'INSERT INTO "My Schema"."T" VALUES (-2, -2)'
"$ZDM" run index.lua >out 2>err &
runner=$!
wait_until "SELECT count(*) FROM pg_class WHERE relname = 'T_v'" 1
kill -9 "$runner"
wait "$runner" || true
check_exit 5 "$ZDM" run index.lua
check_has "$err" 'zdm/index'
release_lock
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'zdm/index'" 0
check_eq "the server finished the build" t "$(valid)"
"$ZDM" run index.lua >out 2>err
check_eq "journaled after kill -9" done \
    "$(sql "SELECT state FROM zdm.journal WHERE plan = 'index' AND step = 'build'")"

# A unique build that fails leaves nothing INVALID behind, and says where the plan is wrong.
cat >unique.lua <<'EOF'
return plan "unique" {
  api = 1,
  expand { sql "build" [[CREATE UNIQUE INDEX CONCURRENTLY t_unique ON "My Schema"."T" (v)]] },
}
EOF
check_exit 1 "$ZDM" run unique.lua
check_has "$err" 'unique.lua:3'
check_eq "no INVALID index is left" 0 "$(sql "SELECT count(*) FROM pg_class WHERE relname = 't_unique'")"

# DROP INDEX CONCURRENTLY; once it was begun, an absent index is a dropped one.
cat >dropped.lua <<'EOF'
return plan "dropped" {
  api = 1,
  expand { sql "drop" [[DROP INDEX CONCURRENTLY "My Schema"."T_v"]] },
}
EOF
"$ZDM" run dropped.lua >out 2>err
sql "UPDATE zdm.journal SET state = 'started' WHERE plan = 'dropped'"
"$ZDM" run dropped.lua >out 2>err
check_eq "dropped" 0 "$(sql "SELECT count(*) FROM pg_class WHERE relname = 'T_v'")"

# VACUUM may not run in a transaction either, and may simply run again.
cat >vacuum.lua <<'EOF'
return plan "vacuum" { api = 1, expand { sql "vacuum" [[VACUUM (ANALYZE) other]] } }
EOF
"$ZDM" run vacuum.lua >out 2>err
check_eq "journaled" done "$(sql "SELECT state FROM zdm.journal WHERE plan = 'vacuum' AND step = 'vacuum'")"

# What cannot be compared is taken for our own only when the step was begun; a refusal begins nothing.
sql 'CREATE INDEX other_x ON other (abs(id))'
sed 's/"index"/"other"/; s/CREATE INDEX.*)\]\]/CREATE INDEX CONCURRENTLY other_x ON other ((id + 1))]]/' index.lua >other.lua
for _ in 1 2; do
    check_exit 1 "$ZDM" run other.lua
    check_has "$err" 'exists already and may be another one'
done
sql 'DROP INDEX other_x'
"$ZDM" run other.lua >out 2>err
check_eq "built" t "$(sql "SELECT pg_get_indexdef('other_x'::regclass) LIKE '%(id + 1)%'")"

# DROP INDEX of what never was there is a mistake, in every run, unless it says IF EXISTS.
sed 's/"index"/"drop"/; s/CREATE INDEX.*)\]\]/DROP INDEX CONCURRENTLY other_typo]]/' index.lua >drop.lua
for _ in 1 2; do
    check_exit 1 "$ZDM" run drop.lua
    check_has "$err" 'index "other_typo" does not exist'
done
sed -i 's/other_typo/IF EXISTS other_typo/' drop.lua
check_exit 0 "$ZDM" run drop.lua
