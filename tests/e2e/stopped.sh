# A runner of several slices is stopped (SIGSTOP), taken over, and woken: it must find that it is not
# its plan any more, exit 5, and change nothing. In the middle of the other's run, and behind its end.
source "$ZDM_SOURCE/tests/support/lib.sh"

# start NAME: in the background, with a ledger of its own; sets pid.
start() {
    "$ZDM" run --ledger "$1.db" plan.lua >"$1.out" 2>"$1.err" &
    pid=$!
}

# ended NAME PID CODE
ended() {
    local code=0
    wait "$2" || code=$?
    [ "$code" -eq "$3" ] || fail "$1: exit code $code, expected $3"$'\n'"$(cat "$1.out" "$1.err")"
}

# A stopped runner still has its sessions, and its lock with them: the server's operator ends them.
end_sessions() {
    sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'zdm/$1%'" >/dev/null
    wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'zdm/$1%'" 0
}

until_batch() {
    wait_until "SELECT to_regclass('zdm.cursor') IS NOT NULL" t
    wait_until "SELECT sum(batches) >= $2 FROM zdm.cursor WHERE plan = '$1'" t
}

for meeting in middle end; do
    fresh_db "$meeting"
    sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
         INSERT INTO t (id) SELECT generate_series(1, 40000); ANALYZE t"
    cat >plan.lua <<EOP
return plan "$meeting" {
  api = 1,
  backfill "count" {
    table = "t", set = { n = "n + 1" }, batch_min = 50, batch_max = 50, workers = 3, pause = "5ms",
  },
}
EOP
    start first
    first=$pid
    until_batch "$meeting" 60
    check_eq "slices" t "$(sql "SELECT count(*) > 3 FROM zdm.cursor WHERE plan = '$meeting'")"
    kill -STOP "$first"
    check_exit 5 "$ZDM" run --ledger second.db plan.lua
    end_sessions "$meeting"
    start second
    second=$pid
    if [ $meeting = middle ]; then
        until_batch middle 200
        kill -CONT "$first"
        ended first "$first" 5
        ended second "$second" 0
    else
        ended second "$second" 0
        kill -CONT "$first"
        ended first "$first" 5
    fi
    check_has first.err "another runner has taken over plan \"$meeting\""
    check_eq "every row once" "40000|1|1" "$(sql 'SELECT count(*), min(n), max(n) FROM t')"
    check_eq "every row counted once" 40000 "$(sql "SELECT sum(rows) FROM zdm.cursor WHERE plan = '$meeting'")"
done
