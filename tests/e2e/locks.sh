# A strong lock that is not free: short attempts, the blocker named, no queue behind us.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'CREATE TABLE t (id int PRIMARY KEY)'

cat >patient.lua <<'EOF'
return plan "patient" {
  api = 1,
  expand { sql "add" [[ALTER TABLE t ADD COLUMN a int]] },
}
EOF
hold_lock "LOCK TABLE t IN ROW EXCLUSIVE MODE; SELECT 'a secret literal'"
"$ZDM" run patient.lua >out 2>err &
runner=$!
wait_for_line out 'lock not free'
check_has out 'not free: pid '
if grep -q 'a secret literal' out; then
    echo "the blocker's query is shown with its literals" >&2
    exit 1
fi
release_lock
wait "$runner"
check_eq "added once the lock was free" 1 \
    "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'a'")"
"$ZDM" log patient.lua >log
check_has log 'lock-wait'

cat >impatient.lua <<'EOF'
return plan "impatient" {
  api = 1, lock_budget = "100ms", lock_patience = "300ms",
  expand { sql "add" [[ALTER TABLE t ADD COLUMN b int]] },
}
EOF
hold_lock 'LOCK TABLE t IN ROW EXCLUSIVE MODE'
check_exit 1 "$ZDM" run impatient.lua
check_has "$err" 'gave up after'
check_has "$err" 'impatient.lua:3'
check_has "$err" 'in the way: pid'
release_lock
check_eq "nothing was journaled" 0 "$(sql "SELECT count(*) FROM zdm.journal WHERE plan = 'impatient'")"
