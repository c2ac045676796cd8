# Autovacuum in the way of a lock: one that gives way is not waited for, one that prevents wraparound is.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'ALTER SYSTEM SET autovacuum_naptime = 1'
sql "ALTER SYSTEM SET autovacuum = on"
sql 'SELECT pg_reload_conf()' >reloaded

# slow NAME OPTIONS: a table whose autovacuum takes minutes.
slow() {
    sql "CREATE TABLE $1 (id int PRIMARY KEY, filler text) WITH (autovacuum_vacuum_cost_delay = 100,
         autovacuum_vacuum_cost_limit = 1, fillfactor = 10, $2)"
    sql "INSERT INTO $1 SELECT i, repeat('x', 500) FROM generate_series(1, 2000) i; DELETE FROM $1 WHERE id % 2 = 0"
}
vacuumed() {
    wait_until "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'
                AND query LIKE '%public.$1$2' AND xact_start IS NOT NULL" 1
}
plan() {
    cat >"$1.lua" <<PLAN
return plan "$1" {
  api = 1, old_transaction = "1ms", wait_for_old_transactions = "100ms", $2
  expand { sql "s" "ALTER TABLE $1 ADD COLUMN a int" },
}
PLAN
}

# The server ends it for who waits for deadlock_timeout, which a try of 2 s does.
slow usual 'autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0'
vacuumed usual ''
plan usual ''
check_exit 0 "$ZDM" run usual.lua

# Transaction ids are used up by 110,000 subtransactions; the table's own limit is the least there is. No ANALYZE of the
# table may come before: it takes minutes, too, and no other worker touches the table meanwhile.
slow wrap 'autovacuum_freeze_max_age = 100000, autovacuum_vacuum_threshold = 1000000,
           autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 1000000'
sql 'CREATE TABLE ids (id int)'
sql 'DO $$ BEGIN FOR i IN 1..110000 LOOP
       BEGIN INSERT INTO ids VALUES (1); EXCEPTION WHEN division_by_zero THEN NULL; END;
     END LOOP; END $$'
vacuumed wrap ' (to prevent wraparound)'
plan wrap 'on_blocked = "terminate", on_blocked_age = "1ms",'
check_exit 1 "$ZDM" run wrap.lua
check_has "$err" 'in the way: pid '
check_has "$err" 'autovacuum: VACUUM'
check_has "$out" 'this autovacuum prevents transaction id wraparound: let it end'
check_lacks "$out" 'attempt'
vacuumed wrap ' (to prevent wraparound)'
