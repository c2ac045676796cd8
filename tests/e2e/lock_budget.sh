# A table that an application hammers, and a lock that is not to be had: nobody waits for longer than a try.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
command -v pgbench >/dev/null || fail "pgbench is missing (postgresql-contrib)"
sql 'CREATE TABLE hot (id int PRIMARY KEY, n int NOT NULL DEFAULT 0) WITH (fillfactor = 50);
     INSERT INTO hot SELECT generate_series(1, 1000); CREATE TABLE beside (id int)'
cat >app.sql <<'SQL'
\set id random(1, 1000)
UPDATE hot SET n = n + 1 WHERE id = :id;
SQL
# The second table is locked while the first one is waited for: both are within the budget.
cat >hot.lua <<'EOP'
return plan "hot" {
  api = 1, lock_budget = "600ms", lock_patience = "4s", old_transaction = "0s",
  expand { sql "both" "ALTER TABLE hot ADD COLUMN a int; ALTER TABLE beside ADD COLUMN a int" },
}
EOP
pgbench -n -c 4 -T 9 -f app.sql -l --log-prefix=app >bench 2>&1 &
bench=$!
wait_until 'SELECT count(*) > 0 FROM hot WHERE n > 0' t

# Nobody may have `hot` for as long as this one is there: then for as long as zdm tries.
hold_lock 'SELECT FROM hot'
check_exit 1 "$ZDM" run hot.lua
check_has "$err" 'gave up after'
"$ZDM" log --format json hot.lua >log
grep -q '"behind":[1-9]' log || fail "nobody waited behind a try: the test shows nothing"
release_lock
# The first table can be had, the second cannot.
hold_lock 'SELECT FROM beside'
check_exit 1 "$ZDM" run hot.lua
release_lock
check_exit 0 "$ZDM" run hot.lua
wait "$bench" || fail "$(cat bench)"

# client transaction time(us) file second microsecond: one lock held through 4 s would be seen here.
longest=$(awk '$3 > most { most = $3 } END { print int(most / 1000) }' app.[0-9]*)
echo "the longest of $(cat app.[0-9]* | wc -l) transactions took $longest ms"
[ "$longest" -gt 0 ] && [ "$longest" -lt 3000 ] || fail "a transaction waited for $longest ms; a try waits for 600 ms at most"
