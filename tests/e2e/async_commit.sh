# synchronous_commit = off: a crash of the server loses commits that zdm was told of. What is lost is done
# again, once; what zdm calls done cannot be lost any more.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

# Commits reach the disk when somebody waits for that, not before.
sql "ALTER SYSTEM SET synchronous_commit = off"
sql "ALTER SYSTEM SET wal_writer_delay = '10s'"
sql "ALTER SYSTEM SET wal_writer_flush_after = '1GB'"
sql "SELECT pg_reload_conf()" >/dev/null
sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 20000); ANALYZE t"

# The commit that is timed would take the batches before it to the disk.
cat >plan.in <<'EOF'
return plan "NAME" {
  api = 1,
  backfill "count" {
    table = "t", set = { n = "n + 1" }, batch_min = 50, batch_max = 50, workers = WORKERS,
    throttle = { commit = false },
  },
  gate "counted" { sql "all" [[SELECT count(*) = 0 FROM t WHERE n < ROUND]] },
}
EOF

# plan NAME WORKERS ROUND
plan() {
    sed "s/NAME/$1/; s/WORKERS/$2/; s/ROUND/$3/" plan.in >plan.lua
}

# A process of the server that dies of SIGKILL takes all with it: what was in memory only is gone.
crash() {
    local victim
    victim=$(sql "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
    kill -9 "$victim"
    wait_until "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walwriter' AND pid <> $victim" 1
}

round=0
for workers in 1 3; do
    # Every batch is done, and acknowledged; nothing is marked yet.
    round=$((round + 1))
    plan "lost-$workers" $workers $round
    check_exit 137 env ZDM_FAILPOINT=barrier.before "$ZDM" run plan.lua
    batches="SELECT COALESCE(sum(batches), 0) FROM zdm.cursor WHERE plan = 'lost-$workers'"
    told=$(sql "$batches")
    check_eq "every batch went through" t "$(sql "SELECT bool_and(pos = bound) FROM zdm.cursor")"
    crash
    now=$(sql "$batches")
    [ "$now" -lt "$told" ] || fail "$now of $told batches are there after the crash: nothing was lost"
    check_exit 0 "$ZDM" run plan.lua
    check_eq "every row once, after round $round" "20000|$round|$round" \
        "$(sql 'SELECT count(*), min(n), max(n) FROM t')"

    # Done, and only then the crash.
    round=$((round + 1))
    plan "kept-$workers" $workers $round
    check_exit 0 "$ZDM" run plan.lua
    crash
    check_eq "every row is there after the crash" "20000|$round|$round" \
        "$(sql 'SELECT count(*), min(n), max(n) FROM t')"
    check_eq "and so is what was journaled" "count done|counted done" \
        "$(sql "SELECT string_agg(step || ' ' || state, '|' ORDER BY at) FROM zdm.journal
                 WHERE plan = 'kept-$workers'")"
done
