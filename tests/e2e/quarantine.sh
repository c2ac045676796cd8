# Rows whose data are bad, from the plan to the end: left behind, listed, refused by contract, retried.
source "$ZDM_SOURCE/tests/support/lib.sh"

fresh_db shop
sql "CREATE TABLE orders (id int PRIMARY KEY, amount text, cents int, n int NOT NULL DEFAULT 0, old int,
         CONSTRAINT orders_cents_check CHECK (cents >= 0));
     INSERT INTO orders (id, amount) SELECT i, i::text FROM generate_series(1, 10000) AS i;
     UPDATE orders SET amount = 'ann@example.org' WHERE id = 77;
     UPDATE orders SET amount = '-5' WHERE id IN (1, 10000);
     ANALYZE orders"

# plan N: how many bad rows it allows.
plan() {
    cat >orders.lua <<EOP
return plan "orders" {
  api = 1,
  backfill "count cents" {
    table = "orders", set = { cents = "amount::int", n = "n + 1" }, workers = 2,
    max_quarantine = $1,
  },
  gate "counted" { approval "go" },
  contract { drop_column { table = "orders", column = "old" } },
}
EOP
}

# compact: $out as one line without blanks
compact() {
    tr -d ' \n' <"$out" >line
}

# All other rows were changed once.
others_once() {
    check_eq "$1" "0" \
        "$(sql "SELECT count(*) FROM orders AS o WHERE n <> CASE WHEN EXISTS
                   (SELECT FROM zdm.quarantine AS q WHERE q.key = o.id::text) OR id = ANY ('$2'::int[])
                   THEN 0 ELSE 1 END")"
}

plan 3
check_exit 0 "$ZDM" plan orders.lua
check_has "$out" "at most 3 bad rows, with their keys and errors"

# One too many: what is there stays, and the run says how to look at it.
plan 2
check_exit 1 "$ZDM" run --metrics metrics orders.lua
check_has metrics "zdm_backfill_quarantined_rows{"
check_has "$err" "one bad row more than max_quarantine = 2: row of public.orders with id = "
check_has "$err" "zdm quarantine list orders"
check_eq "there are two" 2 "$(sql 'SELECT count(*) FROM zdm.quarantine')"
check_exit 0 "$ZDM" status orders.lua
check_has "$out" "2 rows in quarantine"

# How many are allowed is no part of the definition.
plan 3
check_exit 3 "$ZDM" run orders.lua
check_has "$out" ", 9,997 rows, 3 in quarantine)"
check_has "$out" "3 rows in quarantine, as they were"
check_has "$out" "zdm quarantine list orders.lua"
others_once "behind the backfill" "{}"
check_eq "journaled" '{"rows": 9997, "quarantined": 3}' \
    "$(sql "SELECT detail - 'predicted' - 'happened' FROM zdm.journal WHERE kind = 'backfill'")"

check_exit 0 "$ZDM" quarantine list orders.lua
check_has "$out" "orders: 3 rows in quarantine"
check_has "$out" "count cents: rows of public.orders"
check_has "$out" '22P02 invalid input syntax for type integer: "…"'
check_has "$out" '23514 new row for relation "orders" violates check constraint'
check_has "$out" '"orders_cents_check"'
check_has "$out" "zdm quarantine retry orders.lua"
check_lacks "$out" "ann@example.org"
check_eq "no value is kept" 0 "$(sql "SELECT count(*) FROM zdm.quarantine AS q WHERE q::text LIKE '%ann@%'")"
check_lacks "$out" "Failing row"
check_exit 0 "$ZDM" quarantine list orders --key 77
check_has "$out" "orders: 1 row in quarantine"
check_lacks "$out" "zdm quarantine retry"
check_exit 0 "$ZDM" quarantine list orders.lua --format json
compact
check_has line '"key":"77","key_columns":{"id":77},"sqlstate":"22P02"'
check_has line '"values":null,"tries":1,'
check_exit 0 "$ZDM" status orders.lua --format json
compact
check_has line '"quarantined":3,"kept":null,"gate":null'
check_has line '"done":1,"quarantined":3,"meets":[],"steps"'

# No contract while rows are there; a run does not retry them.
"$ZDM" approve orders.lua counted --note go >/dev/null
check_exit 3 "$ZDM" run orders.lua
check_has "$err" 'contract step "drop column orders.old" does not begin while 3 rows of the plan are in quarantine'
check_has "$err" "zdm quarantine list orders.lua"
check_has "$err" "zdm quarantine retry orders.lua"
check_eq "the column is there" 1 "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'old'")"
check_exit 3 "$ZDM" run --format json orders.lua
compact
check_has line '"quarantined":3,"exit_code":3,"errors":['
check_has line '"code":"closed"'
check_exit 0 "$ZDM" status orders.lua
check_has "$out" "orders: waiting, 2 of 3 steps done"
check_has "$out" "zdm quarantine retry orders.lua"
check_eq "not tried again" 3 "$(sql 'SELECT sum(tries) FROM zdm.quarantine')"

# Nothing was repaired: they fail again. Twice.
for tries in 2 3; do
    check_exit 1 "$ZDM" quarantine retry orders.lua
    check_has "$out" "quarantine: 0 changed, 0 needed nothing any more, 3 failed again"
    check_has "$out" "3 rows are left in quarantine"
    check_eq "tries" "$tries $tries" "$(sql 'SELECT min(tries), max(tries) FROM zdm.quarantine' -F ' ')"
done
others_once "behind retries in vain" "{}"

# Another error than the first time.
sql "UPDATE orders SET amount = '-7' WHERE id = 77"
check_exit 1 "$ZDM" quarantine retry orders.lua --key 77
check_has "$out" "quarantine: 0 changed, 0 needed nothing any more, 1 failed again"
check_eq "its new error" "23514 4" "$(sql "SELECT sqlstate, tries FROM zdm.quarantine WHERE key = '77'" -F ' ')"

# One is repaired, one is deleted, one stays.
sql "UPDATE orders SET amount = '5' WHERE id = 1; DELETE FROM orders WHERE id = 10000"
check_exit 1 "$ZDM" quarantine retry orders.lua --format json
compact
check_has line '"steps":[{"step":"countcents","changed":1,"unneeded":1,"failed":1}],"left":1}'
check_eq "changed once" "5 1" "$(sql 'SELECT cents, n FROM orders WHERE id = 1' -F ' ')"
others_once "behind the first repair" "{}"
check_exit 3 "$ZDM" run orders.lua
check_has "$err" "while 1 row of the plan is in quarantine"

sql "UPDATE orders SET amount = '77' WHERE id = 77"
check_exit 0 "$ZDM" quarantine retry orders.lua --step "count cents"
check_has "$out" "quarantine: 1 changed, 0 needed nothing any more, 0 failed again"
check_has "$out" "done: quarantine is empty"
check_exit 0 "$ZDM" quarantine retry orders.lua
others_once "all" "{}"
check_exit 2 "$ZDM" quarantine retry orders.lua --key 77
check_has "$err" "no row with the key 77 is in quarantine"
check_exit 0 "$ZDM" run orders.lua
check_eq "the column is gone" 0 "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'old'")"
check_exit 0 "$ZDM" log orders.lua
check_has "$out" "quarantine: 1 changed"

# Mistakes.
check_exit 2 "$ZDM" quarantine show orders.lua
check_has "$err" 'zdm quarantine does not know "show"'
check_exit 2 "$ZDM" quarantine retry orders.lua --step nothing
check_has "$err" 'plan "orders" has no backfill "nothing"'
check_exit 0 "$ZDM" quarantine list nobody
check_has "$out" "nobody: no rows in quarantine"

# Values are kept when they are asked for; a pause holds a retry, too.
fresh_db users
sql "CREATE TABLE users (id int PRIMARY KEY, age text);
     INSERT INTO users SELECT i, CASE WHEN i % 10 = 3 THEN 'old' ELSE '30' END FROM generate_series(1, 30) AS i"
cat >users.lua <<'EOP'
return plan "users" {
  api = 1,
  expand {
    sql "add" [[ALTER TABLE users ADD COLUMN years int, ADD COLUMN age_n int NOT NULL DEFAULT 0]],
  },
  backfill "years" {
    table = "users", set = { years = "age::int", age_n = "age_n + 1" }, where = "years IS NULL",
    max_quarantine = 10, quarantine_values = true,
  },
}
EOP
check_exit 0 "$ZDM" run users.lua
check_has "$out" "3 rows in quarantine"
check_exit 0 "$ZDM" quarantine list users.lua
check_has "$out" '"age":"old"'
check_has "$out" 'invalid input syntax for type integer: "old"'
"$ZDM" pause users.lua --note "not now" >/dev/null
check_exit 6 "$ZDM" quarantine retry users.lua
"$ZDM" resume users.lua >/dev/null
sql "UPDATE users SET age = '31' WHERE id = 3; UPDATE users SET years = 40 WHERE id = 13"
check_exit 1 "$ZDM" quarantine retry users.lua
check_has "$out" "quarantine: 1 changed, 1 needed nothing any more, 1 failed again"
check_eq "once each" "31 1 | 40 0 |  0" \
    "$(sql "SELECT string_agg(concat_ws(' ', coalesce(years::text, ''), age_n), ' | ' ORDER BY id) FROM users WHERE id % 10 = 3")"

# Killed behind a retry, and in the middle of a run: every row once.
for point in quarantine.after retry.after; do
    for pass in 1 2 3; do
        fresh_db killed
        sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, bad boolean NOT NULL,
                 CHECK (NOT bad OR n = 0));
             INSERT INTO t SELECT i, 0, i % 300 = 100 FROM generate_series(1, 1000) AS i"
        cat >killed.lua <<'EOP'
return plan "killed" {
  api = 1,
  backfill "count" { table = "t", set = { n = "n + 1" }, max_quarantine = 4 },
}
EOP
        rm -f ledger.db*
        if [ $point = quarantine.after ]; then
            check_exit 137 env ZDM_FAILPOINT=$point:$pass "$ZDM" run --ledger ledger.db killed.lua
        fi
        check_exit 0 "$ZDM" run --ledger ledger.db killed.lua
        check_eq "in quarantine" "100 400 700 1000" \
            "$(sql "SELECT string_agg(key, ' ' ORDER BY key::int) FROM zdm.quarantine WHERE tries = 1")"
        check_eq "others" "0" "$(sql 'SELECT count(*) FROM t WHERE n <> 1 AND NOT bad')"
        sql 'UPDATE t SET bad = false'
        if [ $point = retry.after ]; then
            check_exit 137 env ZDM_FAILPOINT=$point:$pass "$ZDM" quarantine retry --ledger ledger.db killed.lua
            check_eq "left" $((4 - pass)) "$(sql 'SELECT count(*) FROM zdm.quarantine')"
        fi
        check_exit 0 "$ZDM" quarantine retry --ledger ledger.db killed.lua
        check_eq "every row once" "1000 1 1" "$(sql 'SELECT count(*), min(n), max(n) FROM t' -F ' ')"
    done
done

# A row that has moved to another partition is not found by a retry: that is said.
sql "CREATE TABLE p (id int NOT NULL, r int NOT NULL, v text, x int) PARTITION BY LIST (r);
     CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
     ALTER TABLE p1 ADD PRIMARY KEY (id); ALTER TABLE p2 ADD PRIMARY KEY (id);
     INSERT INTO p SELECT i, 1, CASE WHEN i IN (7, 8, 9) THEN 'bad' ELSE i::text END FROM generate_series(1, 100) AS i"
cat >moved.lua <<'LUA'
return plan "moved" { api = 1,
  backfill "x" { table = "p", set = { x = "v::int" }, where = "x IS NULL", max_quarantine = 9 } }
LUA
check_exit 0 "$ZDM" run moved.lua
sql "UPDATE p SET v = '7', r = 2 WHERE id = 7; UPDATE p SET v = '8' WHERE id = 8; DELETE FROM p WHERE id = 9"
check_exit 0 "$ZDM" quarantine retry moved.lua
cat "$out" "$err" | tr -s ' \n' ' ' >flat
check_has flat 'id = 7 is in another partition now'
check_lacks flat 'id = 9'
check_eq "the others" "8|0" "$(sql "SELECT (SELECT x FROM p WHERE id = 8), count(*) FROM zdm.quarantine WHERE plan = 'moved'")"
