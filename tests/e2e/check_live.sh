# zdm check --db and zdm plan --db tell what the server's state makes of a statement.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
url=$ZDM_DATABASE_URL

sql "CREATE TABLE orders (id bigint PRIMARY KEY, total int NOT NULL)"
sql "INSERT INTO orders SELECT i, i FROM generate_series(1, 300000) i"
wait_until "SELECT n_live_tup >= 300000 FROM pg_stat_user_tables WHERE relname = 'orders'" t
echo 'ALTER TABLE orders ADD COLUMN note text;' >brief.sql
cat >plan.lua <<'PLAN'
return plan "note" {
  api = 1,
  expand { sql "add note" "ALTER TABLE orders ADD COLUMN note text" },
}
PLAN

# A quiet server: nothing is said, and the size of the table is told.
check_exit 0 "$ZDM" check --db "$url" --format json brief.sql
check_lacks "$out" 'old-transaction'
check_lacks "$out" 'many-connections'
check_has "$out" '"rows": 300000'
check_exit 0 "$ZDM" plan plan.lua --db "$url"
check_lacks "$out" 'has to wait'

# A transaction that nobody ends.
if [ "$(sql 'SHOW max_prepared_transactions')" != 0 ]; then
    sql "BEGIN; UPDATE orders SET total = 0 WHERE id = 1; PREPARE TRANSACTION 'forgotten'"
    check_exit 0 "$ZDM" check --db "$url" --format gcc brief.sql
    check_has "$out" 'old-transaction'
    check_has "$out" 'the prepared transaction forgotten of user'
    check_exit 0 "$ZDM" plan plan.lua --db "$url"
    check_has "$out" 'forgotten'
    check_exit 0 "$ZDM" plan plan.lua --db "$url" --format json
    check_has "$out" '"old-transaction"'
    check_exit 0 "$ZDM" check --offline brief.sql
    check_lacks "$out" 'old-transaction'
    sql "ROLLBACK PREPARED 'forgotten'"
fi

# What a role cannot see is said, once, and is no error.
sql "CREATE ROLE small LOGIN; GRANT pg_monitor TO small; ALTER TABLE orders OWNER TO small"
check_exit 0 "$ZDM" check --db "$url user=small" brief.sql
check_eq "all is seen" 0 "$(tr -s ' \n' ' ' <"$out" | grep -o "take the role pg_monitor to see" | wc -l)"
sql "REVOKE pg_monitor FROM small"
check_exit 0 "$ZDM" check --db "$url user=small" brief.sql
check_eq "said once" 1 "$(tr -s ' \n' ' ' <"$out" | grep -o 'take the role pg_monitor to see' | wc -l)"
check_exit 0 "$ZDM" plan plan.lua --db "$url user=small"
check_eq "said once" 1 "$(tr -s ' \n' ' ' <"$out" | grep -o 'take the role pg_monitor to see' | wc -l)"
