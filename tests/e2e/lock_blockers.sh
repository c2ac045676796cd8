# Who is in the way of a lock: old transactions are waited for before it is asked for, the others are named
# while it is waited for, with who waits behind us; on_blocked ends them, where the role may.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)'
sql 'CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)'

# plan NAME FIELDS SQL [FIELDS OF THE STEP]
plan() {
    cat >"$1.lua" <<PLAN
return plan "$1" {
  api = 1, $2
  expand { sql "s" [[$3]] { ${4:-} } },
}
PLAN
}

# The holder's transaction is at least so old.
is_old() {
    wait_until "SELECT count(*) > 0 FROM pg_stat_activity
                WHERE state = 'idle in transaction' AND now() - xact_start > '$1'" t
}
nobody_waits() {
    check_eq "nobody waits for a lock" 0 "$(sql 'SELECT count(*) FROM pg_locks WHERE NOT granted')"
}

# --- an old transaction: the lock is not even asked for
hold_lock "SELECT 'secret' FROM t"
is_old 300ms
plan old 'old_transaction = "200ms", wait_for_old_transactions = "0s",' 'ALTER TABLE t ADD COLUMN a int'
check_exit 1 "$ZDM" run old.lua
check_has "$err" 'an old transaction is in the way'
check_has "$err" 'old.lua:3'
check_has "$err" 'in the way: pid '
check_has "$err" 'wait_for_old_transactions, and run the plan'
check_lacks "$out" 'attempt'
check_lacks "$err" 'secret'

# The step may wait for longer than its plan says; who it waits for is said first, as JSON too.
plan old 'old_transaction = "200ms", wait_for_old_transactions = "0s",' 'ALTER TABLE t ADD COLUMN a int' \
    'wait_for_old_transactions = "5m"'
"$ZDM" run --format json old.lua >json 2>errors &
runner=$!
wait_for_line json '"stage":"old-transactions"'
nobody_waits
check_has json '"state":"idle in transaction"'
check_has json '"query":"SELECT ? FROM t;"'
check_has json '"mode":"AccessShareLock"'
check_lacks json '"stage":"try"'
release_lock
wait "$runner"
"$ZDM" log --format json old.lua >log
check_has log '"stage":"old-transactions"'

# One that holds a partition, and one whose lock is in nobody's way.
hold_lock 'SELECT FROM p1'
is_old 300ms
plan part 'old_transaction = "200ms", wait_for_old_transactions = "0s",' 'ALTER TABLE p ADD COLUMN a int'
check_exit 1 "$ZDM" run part.lua
check_has "$err" 'an old transaction is in the way'
plan other 'old_transaction = "200ms", wait_for_old_transactions = "0s",' \
    'ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0) NOT VALID'
check_exit 0 "$ZDM" run other.lua
sql 'ALTER TABLE t VALIDATE CONSTRAINT c'
release_lock

# What does not go down to the partitions has nothing to do with who is in one of them.
sql 'CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2); CREATE TABLE p3 (LIKE p)'
hold_lock 'SELECT FROM p1'
is_old 300ms
# sibling NAME FIELDS SQL
sibling() {
    plan "$1" 'old_transaction = "200ms", wait_for_old_transactions = "0s", on_blocked = "terminate",
      on_blocked_age = "1ms",' "$3" "$2"
    check_exit 0 "$ZDM" run "$1.lua"
    check_lacks "$out" 'terminated'
    check_lacks "$out" 'not asked for'
}
sibling create 'allow = { "lock-create-partition-of" }, because = "a test"' 'CREATE TABLE p4 PARTITION OF p FOR VALUES IN (4)'
sibling detach 'allow = { "lock-detach-partition" }, because = "a test"' 'ALTER TABLE p DETACH PARTITION p2'
sibling attach '' 'ALTER TABLE p ATTACH PARTITION p3 FOR VALUES IN (3)'
sibling rename 'allow = { "break-rename-table" }, because = "a test"' 'ALTER TABLE p RENAME TO q'
# An index of what is partitioned does, and waits for who writes.
plan index 'old_transaction = "200ms", wait_for_old_transactions = "0s",' 'CREATE INDEX ON q (id)' \
    'allow = { "index-create-blocking" }, because = "a test"'
check_exit 0 "$ZDM" run index.lua
release_lock
hold_lock 'UPDATE p1 SET id = 1'
is_old 300ms
plan index2 'old_transaction = "200ms", wait_for_old_transactions = "0s",' 'CREATE INDEX ON q (id, id)' \
    'allow = { "index-create-blocking" }, because = "a test"'
check_exit 1 "$ZDM" run index2.lua
check_has "$err" 'an old transaction is in the way'
release_lock
sql 'ALTER TABLE q RENAME TO p'
hold_lock 'SELECT FROM t'
is_old 300ms
plan validate 'old_transaction = "200ms", wait_for_old_transactions = "0s",' 'ALTER TABLE t VALIDATE CONSTRAINT c'
check_exit 0 "$ZDM" run validate.lua # SHARE UPDATE EXCLUSIVE: a reader is not in its way
release_lock

# A prepared transaction has no session that could be ended.
sql "BEGIN; INSERT INTO t VALUES (2); PREPARE TRANSACTION 'order-17'"
wait_until "SELECT now() - prepared > '300ms' FROM pg_prepared_xacts" t
plan prepared 'old_transaction = "200ms", wait_for_old_transactions = "50ms", on_blocked = "terminate",
  on_blocked_age = "1ms",' 'ALTER TABLE t ADD COLUMN prepared int'
check_exit 1 "$ZDM" run prepared.lua
check_has "$err" 'in the way: prepared transaction "order-17"'
check_has "$out" 'only ROLLBACK PREPARED or COMMIT PREPARED'
plan prepared 'old_transaction = "0s", lock_tries = 2,' 'ALTER TABLE t ADD COLUMN prepared int'
check_exit 1 "$ZDM" run prepared.lua
check_has "$err" 'in the way: prepared transaction "order-17"'
sql "ROLLBACK PREPARED 'order-17'"

# --- who waits behind us, while tries are in vain
hold_lock 'SELECT FROM t'
plan queue 'old_transaction = "0s", lock_budget = "400ms", lock_tries = 4,' 'ALTER TABLE t ADD COLUMN b int'
touch go
while [ -e go ]; do sql 'SELECT count(*) FROM t' >counted || break; done &
reader=$!
check_exit 1 "$ZDM" run queue.lua
rm go
wait "$reader"
check_has "$err" 'gave up after 4 tries'
check_has "$err" 'lock_tries, and run'
check_has "$out" 'attempt 4, 400 ms: lock not free: pid '
check_has "$out" '; 1 session waited behind us, up to '
"$ZDM" log --format json queue.lua >log
check_has log '"behind":1'

# --- on_blocked: a session that is idle cannot be cancelled, but ended
plan cancel 'old_transaction = "0s", lock_tries = 2, on_blocked = "cancel", on_blocked_age = "1ms",' \
    'ALTER TABLE t ADD COLUMN c int'
check_exit 1 "$ZDM" run cancel.lua
check_has "$out" 'left pid '
check_has "$out" 'only a statement that runs can be cancelled'
plan young 'old_transaction = "0s", lock_tries = 2, on_blocked = "terminate", on_blocked_age = "1h",' \
    'ALTER TABLE t ADD COLUMN c int'
check_exit 1 "$ZDM" run young.lua
check_lacks "$out" 'unblock'
plan end 'old_transaction = "200ms", on_blocked = "terminate", on_blocked_age = "1ms",' \
    'ALTER TABLE t ADD COLUMN c int'
check_exit 0 "$ZDM" run end.lua
check_has "$out" 'terminated pid '
release_lock
"$ZDM" log --format json end.lua >log
check_has log '"act":"terminated"'

# A statement that runs, of an application that may be cancelled and of one that may not.
PGAPPNAME=report-7 psql -XAtqc 'SELECT pg_sleep(600) FROM t' >report 2>&1 &
report=$!
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'report-7' AND state = 'active'" 1
plan pattern 'old_transaction = "0s", lock_tries = 2, on_blocked = "cancel", on_blocked_age = "1ms",
  on_blocked_application = "^batch-",' 'ALTER TABLE t ADD COLUMN d int'
check_exit 1 "$ZDM" run pattern.lua
check_lacks "$out" 'cancelled'
plan pattern 'old_transaction = "0s", on_blocked = "cancel", on_blocked_age = "1ms",
  on_blocked_application = "^(batch|report)-",' 'ALTER TABLE t ADD COLUMN d int'
check_exit 0 "$ZDM" run pattern.lua
check_has "$out" 'cancelled pid '
check_has "$out" 'app report-7'
wait "$report" && fail "the report was not cancelled"
check_has report 'canceling statement due to user request'

# --- as a role with few rights, on its own tables
sql 'CREATE ROLE app LOGIN; CREATE ROLE app_reader LOGIN' -d postgres
fresh_db few
sql 'GRANT CREATE ON DATABASE few TO app; CREATE SCHEMA own AUTHORIZATION app'
sql 'CREATE TABLE own.t (id int); ALTER TABLE own.t OWNER TO app; GRANT SELECT ON own.t TO app_reader;
     GRANT USAGE ON SCHEMA own TO app_reader'
as_app="${ZDM_DATABASE_URL/user=$PGUSER/user=app}"
hold_lock 'SELECT FROM own.t'
plan few 'old_transaction = "1ms", lock_tries = 2, on_blocked = "terminate", on_blocked_age = "1ms",' \
    'ALTER TABLE own.t ADD COLUMN a int'
check_exit 1 "$ZDM" run --db "$as_app" few.lua
check_has "$out" 'left pid '
check_has "$out" 'is not shown to this role: GRANT pg_read_all_stats'
check_has "$err" 'gave up after 2 tries'
sql 'GRANT pg_read_all_stats TO app'
plan few 'old_transaction = "0s", lock_tries = 2, on_blocked = "terminate", on_blocked_age = "1ms",' \
    'ALTER TABLE own.t ADD COLUMN a int'
check_exit 1 "$ZDM" run --db "$as_app" few.lua
check_has "$out" 'denied pid '
check_has "$out" 'waiting goes on'
# Without a place for a second session: who is in the way is asked between two tries.
sql 'ALTER ROLE app CONNECTION LIMIT 1'
check_exit 1 "$ZDM" run --db "$as_app" few.lua
check_has "$out" 'lock not free: pid '
check_has "$out" 'cannot see who waits behind us: '
release_lock
sql 'ALTER ROLE app CONNECTION LIMIT -1; GRANT pg_signal_backend TO app'
PGUSER=app_reader hold_lock 'SELECT FROM own.t'
check_exit 0 "$ZDM" run --db "$as_app" few.lua
check_has "$out" 'terminated pid '
release_lock

# --- believed to be brief, and not: cancelled, and nothing is left of it
fresh_db slow
sql 'CREATE TABLE t (id int)'
plan first '' 'ALTER TABLE t ADD COLUMN a int'
check_exit 0 "$ZDM" run first.lua
sql 'CREATE FUNCTION public.slow() RETURNS event_trigger LANGUAGE plpgsql AS
     $$ BEGIN PERFORM pg_sleep(CASE WHEN current_setting('"'statement_timeout'"') = '"'0'"' THEN 0 ELSE 600 END); END $$;
     CREATE EVENT TRIGGER slow ON ddl_command_end WHEN TAG IN ('"'ALTER TABLE'"') EXECUTE FUNCTION public.slow()'
plan slow 'statement_timeout = "200ms", lock_budget = "100ms",' 'ALTER TABLE t ADD COLUMN b int'
check_exit 1 "$ZDM" run slow.lua
check_has "$err" 'a statement that is believed to be brief worked for 200 ms'
check_has "$err" 'slow.lua:3'
check_eq "nothing is left of it" 0 "$(sql "SELECT count(*) FROM pg_attribute
    WHERE attrelid = 't'::regclass AND attname = 'b'")"
plan slow 'statement_timeout = "200ms", lock_budget = "100ms",' 'ALTER TABLE t ADD COLUMN b int' 'statement_timeout = "0s"'
check_exit 0 "$ZDM" run slow.lua
# What has more to do has no limit at all.
plan works 'statement_timeout = "200ms",' 'ALTER TABLE t ADD COLUMN c int; INSERT INTO t VALUES (1)'
check_exit 0 "$ZDM" run works.lua

# --- a deadlock is tried again: each has a table that the other wants
sql 'CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE TABLE turns (n int)'
cat >dead.lua <<'PLAN'
return plan "dead" {
  api = 1, lock_budget = "60s", old_transaction = "0s",
  expand { sql "both" [[
    SET LOCAL lock_timeout = 0;
    SET LOCAL deadlock_timeout = '300ms';
    ALTER TABLE a ADD COLUMN x int;
    SELECT pg_advisory_xact_lock_shared(5); -- the other one has b by now
    ALTER TABLE b ADD COLUMN x int]] },
}
PLAN
hold_lock "SELECT pg_advisory_lock(5); LOCK TABLE b; SET LOCAL deadlock_timeout = '5s'"
"$ZDM" run dead.lua >out 2>err &
runner=$!
wait_until "SELECT count(*) FROM pg_locks WHERE relation = 'a'::regclass AND mode = 'AccessExclusiveLock' AND granted" 1
# Wants a, which zdm has, and lets zdm go on to want b. That one sees the deadlock, and gives way.
printf '%s\n' 'SELECT pg_advisory_unlock(5);' 'LOCK TABLE a;' 'COMMIT;' >&"$zdm_holder_in"
wait "$runner"
release_lock
check_has out 'deadlock detected: trying again'
check_eq "done all the same" 1 "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 'a'::regclass AND attname = 'x'")"

sql 'CREATE SEQUENCE public.times'
plan again '' "DO \$\$ BEGIN IF nextval('public.times') < 3 THEN RAISE SQLSTATE '40P01'; END IF; END \$\$" \
    'allow = { "uninspectable" }, because = "a test"'
check_exit 0 "$ZDM" run again.lua
check_has "$out" 'trying again'
