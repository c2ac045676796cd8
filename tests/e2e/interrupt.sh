# ^C in the middle of a backfill: exit 130, bookkeeping done, and the next run goes on.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 100000); ANALYZE t"
cat >plan.lua <<'EOF'
return plan "slow" {
  api = 1,
  backfill "count" { table = "t", set = { n = "n + 1" }, batch_min = 100, batch_max = 100 },
}
EOF

"$ZDM" run plan.lua >out 2>err &
runner=$!
wait_until "SELECT to_regclass('zdm.cursor') IS NOT NULL" t
wait_until "SELECT count(*) > 0 FROM zdm.cursor WHERE batches > 20" t
kill -INT "$runner"
code=0
wait "$runner" || code=$?
check_eq "exit code after ^C" 130 "$code"
check_eq "the backfill stands in the middle" t \
    "$(sql "SELECT count(*) FILTER (WHERE n = 1) BETWEEN 1 AND 99999 AND max(n) = 1 FROM t")"
grep -q 'zdm run plan.lua' out err

# Another transform over the rest would mix two; how fast it goes may change.
sed 's/n + 1/n + 2/' plan.lua >other.lua
check_exit 7 "$ZDM" run other.lua
check_has "$err" 'was begun and has changed since'
check_has "$err" '- set.n: "n + 1"'
check_exit 7 "$ZDM" status other.lua
sed -i 's/batch_max = 100/batch_max = 200/' plan.lua

"$ZDM" run plan.lua >out 2>err
check_eq "after the resume" "1|1|100000" "$(sql 'SELECT min(n), max(n), count(*) FROM t')"
"$ZDM" run plan.lua >out 2>err
check_eq "a third run changes nothing" "1" "$(sql 'SELECT max(n) FROM t')"
"$ZDM" log plan.lua >log
check_has log 'interrupted'

# A backfill that never got a batch through may be corrected, key and all.
sql "CREATE TABLE c (id int PRIMARY KEY, other text NOT NULL UNIQUE, d int NOT NULL);
     INSERT INTO c SELECT i, 'key ' || i, 0 FROM generate_series(1, 10) AS i"
cat >wrong.lua <<'EOF'
return plan "wrong" { api = 1, backfill "b" { table = "c", set = { d = "1 / d" } } }
EOF
check_exit 1 "$ZDM" run wrong.lua
check_has "$err" 'division by zero'
sed -i 's|set = { d = "1 / d" }|key = "other", set = { d = "d + 1" }|' wrong.lua
"$ZDM" run wrong.lua >out
check_eq "after the correction" "1|1" "$(sql 'SELECT min(d), max(d) FROM c')"

# Another table under the same name is not the one that was half done.
sql "CREATE TABLE again (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO again (id) SELECT generate_series(1, 50000); ANALYZE again"
cat >again.lua <<'EOF'
return plan "again" {
  api = 1,
  backfill "it's done" { table = "again", set = { n = "n + 1" }, batch_min = 100, batch_max = 100 },
}
EOF
"$ZDM" run again.lua >out 2>err &
runner=$!
wait_until "SELECT count(*) > 0 FROM zdm.cursor WHERE plan = 'again' AND batches > 5" t
kill -9 "$runner"
wait "$runner" || true
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'zdm/again%'" 0
sql "DROP TABLE again; CREATE TABLE again (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO again (id) SELECT generate_series(1, 1000); ANALYZE again"
check_exit 7 "$ZDM" run again.lua
check_has "$err" 'is another table than the one'
check_lacks "$out" 'did not know the plan'
remedy=$(tr '\n' ' ' <"$err" | tr -s ' ' | sed 's/.*\(DELETE FROM [^;]*\);.*/\1/')
check_eq "the hint's SQL" "DELETE FROM zdm.cursor WHERE plan = 'again' AND step = 'it''s done'" "$remedy"
sql "$remedy"
"$ZDM" run again.lua >out
check_eq "the new table, from its first key" "1|1" "$(sql 'SELECT min(n), max(n) FROM again')"

# Nor is a primary key of another column the order that the walk was in.
sql "CREATE TABLE swapped (id int PRIMARY KEY, back int NOT NULL UNIQUE, n int NOT NULL DEFAULT 0);
     INSERT INTO swapped (id, back) SELECT i, 50001 - i FROM generate_series(1, 50000) AS i; ANALYZE swapped"
sed 's/again/swapped/g' again.lua >swapped.lua
"$ZDM" run swapped.lua >out 2>err &
runner=$!
wait_until "SELECT count(*) > 0 FROM zdm.cursor WHERE plan = 'swapped' AND batches > 5" t
kill -9 "$runner"
wait "$runner" || true
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'zdm/swapped%'" 0
sql "ALTER TABLE swapped DROP CONSTRAINT swapped_pkey, ADD PRIMARY KEY (back)"
check_exit 7 "$ZDM" run swapped.lua
check_has "$err" 'public.swapped: back is another key than the one'
sql "ALTER TABLE swapped DROP CONSTRAINT swapped_pkey, ADD PRIMARY KEY (id)"
"$ZDM" run swapped.lua >out
check_eq "each row once" "1|1" "$(sql 'SELECT min(n), max(n) FROM swapped')"

# A statement that waits for a lock is left at once too.
cat >wait.lua <<'EOF'
return plan "wait" { api = 1, expand { sql "add" [[ALTER TABLE t ADD COLUMN c int]] } }
EOF
hold_lock 'LOCK TABLE t IN ACCESS SHARE MODE'
"$ZDM" run wait.lua >out 2>err &
runner=$!
wait_until "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 't'::regclass" t
kill -INT "$runner"
code=0
wait "$runner" || code=$?
release_lock
check_eq "exit code after ^C while waiting for a lock" 130 "$code"
check_eq "nothing was journaled" 0 "$(sql "SELECT count(*) FROM zdm.journal WHERE plan = 'wait'")"
"$ZDM" run wait.lua >out 2>err
check_eq "added by the next run" 1 \
    "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'c'")"
