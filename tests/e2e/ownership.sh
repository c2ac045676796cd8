# One runner a plan; a lost ledger; a restored database; an edited plan.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 5000); ANALYZE t'

plan() { # $1: the step's SQL; the rest: further steps
    cat >plan.lua <<EOF
return plan "own" {
  api = 1,
  expand {
    sql "first" [[$1]],
    ${2:-}
  },
  backfill "count" { table = "t", set = { n = "n + 1" } },
  gate "go" { approval "yes" },
  contract { drop_column { table = "t", column = "a" } },
}
EOF
}

# The second runner is turned away with the name of the first.
plan 'ALTER TABLE t ADD COLUMN a int'
hold_lock 'LOCK TABLE t IN ACCESS SHARE MODE'
"$ZDM" run plan.lua >out1 2>err1 &
runner=$!
wait_until "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND granted" t
check_exit 5 "$ZDM" run --ledger other.db plan.lua
check_has "$err" 'zdm/own'
release_lock
code=0
wait "$runner" || code=$?
check_eq "the first runner reached the gate" 3 "$code"

# A lost ledger is rebuilt from the journal, on any machine.
rm -f ledger.db*
check_exit 3 "$ZDM" run plan.lua
check_has "$out" 'rebuilt from the journal'
"$ZDM" log plan.lua >log
check_has log 'rebuilt from the journal'
check_eq "nothing ran twice" "1|1" "$(sql 'SELECT min(n), max(n) FROM t')"

# The database is restored to where only the first step was done: zdm notices and goes on from there.
dumps=yes
if ! pg_dump -Fc -f backup.dump "$PGDATABASE" 2>pg_dump.err; then
    grep -q 'version mismatch' pg_dump.err || fail "$(cat pg_dump.err)"
    dumps=no
    echo "skipped: a restore by pg_dump, which is older here than the server"
fi
sql "DELETE FROM zdm.journal WHERE plan = 'own' AND step = 'count'; DELETE FROM zdm.cursor WHERE plan = 'own';
     UPDATE t SET n = 0"
check_exit 3 "$ZDM" run plan.lua
check_has "$out" 'restored to an earlier point'
check_eq "counted again, once" "1|1" "$(sql 'SELECT min(n), max(n) FROM t')"

# And a real restore, under another database, with the journal in it.
if [ "$dumps" = yes ]; then
    PGDATABASE=postgres sql 'CREATE DATABASE restored' >/dev/null
    pg_restore -d restored backup.dump
    check_exit 3 "$ZDM" run --db "host=$PGHOST port=$PGPORT user=$PGUSER dbname=restored" plan.lua
    check_eq "nothing ran twice in the restored database" "1|1" \
        "$(PGDATABASE=restored sql 'SELECT min(n), max(n) FROM t')"
fi

# A finished step that changed is refused, with the difference; nothing is touched.
before=$(sql 'SELECT md5(string_agg(j::text, chr(10) ORDER BY step, item)) FROM zdm.journal j')
plan 'ALTER TABLE t ADD COLUMN a bigint'
check_exit 7 "$ZDM" run plan.lua
check_has "$err" 'was finished and has changed'
check_has "$err" '- sql: "ALTER TABLE t ADD COLUMN a int"'
check_has "$err" '+ sql: "ALTER TABLE t ADD COLUMN a bigint"'
check_exit 7 "$ZDM" status plan.lua

# So is one that vanished, and a new one before a gate that is open.
plan 'ALTER TABLE t ADD COLUMN a int'
sed -i 's/sql "first"/sql "first, renamed"/' plan.lua
check_exit 7 "$ZDM" run plan.lua
check_has "$err" 'is not in it any more'
check_eq "the journal is untouched" "$before" \
    "$(sql 'SELECT md5(string_agg(j::text, chr(10) ORDER BY step, item)) FROM zdm.journal j')"

plan 'ALTER TABLE t ADD COLUMN a int'
"$ZDM" approve plan.lua go --note "all well" >out
"$ZDM" approve plan.lua go --note "again" >out
check_has out 'approved before'
"$ZDM" run --until go plan.lua >out
check_eq "contract did not run" 1 \
    "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'a'")"
plan 'ALTER TABLE t ADD COLUMN a int' 'sql "late" [[ALTER TABLE t ADD COLUMN late int]],'
check_exit 7 "$ZDM" run plan.lua
check_has "$err" 'stands before gate "go"'

# A pending step may change, and a new one may come before it.
plan 'ALTER TABLE t ADD COLUMN a int'
sed -i 's/contract {/contract { sql "more" [[ALTER TABLE t DROP CONSTRAINT t_pkey]],/' plan.lua
"$ZDM" run plan.lua >out
check_eq "done" "done" "$("$ZDM" status --format json plan.lua | sed -n 's/^  "state": "\(.*\)",*$/\1/p')"
"$ZDM" run plan.lua >out

# A cursor that went back in time under a running backfill is not somebody else's.
sql 'CREATE TABLE w (id int PRIMARY KEY, n int); INSERT INTO w SELECT generate_series(1, 5000), 0; ANALYZE w'
cat >back.lua <<'EOP'
return plan "back" { api = 1,
  backfill "slow" { table = "w", set = { n = "n + 1" }, batch_min = 10, batch_max = 10, pause = "20ms" } }
EOP
"$ZDM" run back.lua >out1 2>err1 &
runner=$!
wait_until "SELECT count(*) FROM zdm.cursor WHERE plan = 'back' AND batches > 3" 1
sql "UPDATE zdm.cursor SET epoch = 0 WHERE plan = 'back'"
code=0
wait "$runner" || code=$?
check_eq "it stops" 1 "$code"
check_has err1 'is at an earlier run than ours'

# Two people approve at the same moment: one stands, the other hears of it.
cat >both.lua <<'EOF'
return plan "both" { api = 1, gate "g" { approval "a" } }
EOF
hold_lock "LOCK TABLE zdm.journal IN SHARE MODE"
for who in one two; do
    "$ZDM" approve both.lua g --note "by $who" --ledger "$who.db" >"approve.$who" 2>&1 &
done
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'zdm/approve' AND wait_event_type = 'Lock'" 2
release_lock
wait
check_eq "one approved, one was told" "1 1" \
    "$(grep -l '^approved  ' approve.one approve.two | wc -l) $(grep -l '^approved before' approve.one approve.two | wc -l)"
