# A step that takes long says what it is doing and who is in its way.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT i, i FROM generate_series(1, 1000) AS i;
     CREATE FUNCTION slow(v int) RETURNS bool LANGUAGE sql AS
         'SELECT pg_advisory_xact_lock(7) IS NOT NULL AND v > 0';
     ALTER TABLE t ADD CONSTRAINT slow CHECK (slow(v)) NOT VALID"

# run_json PLAN: in the background, its lines in lines, its process in $runner.
run_json() {
    rm -f lines
    "$ZDM" run --format json "$1" >lines 2>err &
    runner=$!
}

# Outside transactions: the phase, and the old transaction that a concurrent build waits for.
cat >build.lua <<'EOL'
return plan "build" { api = 1, expand { sql "build" [[CREATE INDEX CONCURRENTLY t_v ON t (v)]] } }
EOL
hold_lock 'UPDATE t SET v = 42 WHERE id = 1'
run_json build.lua
wait_for_line lines '"event":"lock-wait"'
wait_for_line lines '"command":"CREATE INDEX CONCURRENTLY"'
check_has lines 'waiting for writers before build: pid'
check_has lines 'UPDATE t SET v = ? WHERE id = ?'
check_has lines '"relation":"t_v"'
check_has lines '"lockers_done":0,"lockers_total":1'
check_lacks lines '= 42'
"$ZDM" status build.lua >out
check_has out 'now: build: waiting for writers before build (t_v)'
check_eq "one event names who is in the way" 1 "$(grep -c '"event":"lock-wait"' lines)"
release_lock
wait "$runner"
check_eq "who watched is gone" 0 "$(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'zdm/build%'")"

# A backfill that cannot even look at its table: whom it waits for is said, and it goes on by itself.
cat >fill.lua <<'EOL'
return plan "fill" { api = 1, backfill "fill" { table = "t", set = { v = "v + 1" } } }
EOL
hold_lock 'LOCK TABLE t'
run_json fill.lua
wait_for_line lines '"event":"lock-wait"'
check_has lines 'waiting for a lock: pid '
check_has lines 'LOCK TABLE t'
release_lock
wait "$runner"

# In a transaction: VALIDATE CONSTRAINT that waits in the middle of its scan.
cat >validate.lua <<'EOL'
return plan "validate" {
  api = 1,
  expand {
    sql "validate" [[ALTER TABLE t VALIDATE CONSTRAINT slow]],
    command "command" { argv = { "sh", "-c", "until [ -e go ]; do sleep 0.05; done" } },
  },
}
EOL
hold_lock 'SELECT pg_advisory_lock(7)'
run_json validate.lua
wait_for_line lines '"step":"validate","phase":"expand","message":null,"work":{"command":null'
check_has lines 'pg_advisory_lock(?)'
release_lock

# A program.
wait_for_line lines '"step":"command","phase":"expand","message":null,"work":{"command":null'
touch go
wait "$runner"

# Without a place for a second session the work goes on, and only the time is told.
sql "CREATE ROLE narrow LOGIN CONNECTION LIMIT 1; GRANT USAGE, CREATE ON SCHEMA zdm, public TO narrow;
     GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA zdm TO narrow; ALTER TABLE t OWNER TO narrow"
sed 's/"build"/"narrow"/; s/t_v/t_narrow/' build.lua >narrow.lua
hold_lock 'UPDATE t SET v = 42 WHERE id = 1'
ZDM_DATABASE_URL="host=$PGHOST port=$PGPORT user=narrow dbname=$PGDATABASE" run_json narrow.lua
wait_for_line lines '"elapsed_ms":2'
check_has lines 'cannot see how far it is'
check_has lines 'too many connections for role'
release_lock
wait "$runner"
check_eq "it says so once" 1 "$(grep -c 'cannot see how far' lines)"
check_eq "built" t "$(sql "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_narrow'::regclass")"
