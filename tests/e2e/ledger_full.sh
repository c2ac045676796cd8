# The disk of the ledger is full in the middle of a backfill: the database is right, zdm says what to do,
# and the next run goes on, with the same ledger or without it.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 30000); ANALYZE t"
cat >plan.lua <<'EOP'
return plan "full" {
  api = 1,
  expand { sql "add" [[ALTER TABLE t ADD COLUMN a int]] },
  backfill "count" {
    table = "t", set = { n = "n + 1" }, batch_min = 50, batch_max = 50, workers = 2, pause = "5ms",
  },
  gate "counted" { sql "all" [[SELECT count(*) = 0 FROM t WHERE n <> 1]] },
}
EOP

(
    trap '' XFSZ # a write past the limit fails, as on a full disk
    exec "$ZDM" run plan.lua
) >out 2>err &
runner=$!
wait_until "SELECT to_regclass('zdm.cursor') IS NOT NULL" t
wait_until "SELECT sum(batches) >= 20 FROM zdm.cursor" t
prlimit --pid "$runner" --fsize="$(stat -c %s ledger.db-wal)"
code=0
wait "$runner" || code=$?
check_eq "exit code" 1 "$code"
check_has err 'no room to write the ledger'
check_has err 'zdm goes on from where the database is'
check_eq "what had begun is done" "30000|1|1" "$(sql 'SELECT count(*), min(n), max(n) FROM t')"
"$ZDM" run plan.lua >out
check_eq "every row once" "30000|1|1" "$(sql 'SELECT count(*), min(n), max(n) FROM t')"
"$ZDM" log plan.lua >log
check_has log 'gate-open    counted'
