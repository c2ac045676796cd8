# What the server as a whole says about holding: an archive that fails, slow commits, sessions that wait for disk and
# memory, checkpoints.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

# start_run NAME FIELDS [OPTION...]
start_run() {
    printf 'return plan "%s" { api = 1, backfill "count" { table = "t", set = { n = "n + 1" }, %s } }\n' \
        "$1" "$2" >"$1.lua"
    sql 'UPDATE t SET n = 0'
    "$ZDM" run "$1.lua" "${@:3}" >"$1.out" 2>"$1.err" &
    runner=$!
}

ends_well() {
    wait "$runner" || fail "$1: $(cat "$1.out" "$1.err")"
    check_eq "$1: every row once" "1|1" "$(sql 'SELECT min(n), max(n) FROM t')"
}

# An archive that does not take the WAL: a server of its own, since archiving needs a start.
owner=$(stat -c %U "$PGHOST")
as_server() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u "$owner" -- "$@"; else "$@"; fi
}
bin=$(dirname "$(readlink -f "$(command -v postgres)")")
cluster=$ZDM_SANDBOX/archived
cd "$ZDM_SANDBOX"
as_server "$bin/initdb" -D "$cluster" -A trust -U postgres --no-sync >"$OLDPWD/initdb.out"
printf "archive_command = 'false'\nfsync = off\n" | as_server tee -a "$cluster/postgresql.conf" >"$OLDPWD/conf"
as_server "$bin/postgres" -D "$cluster" -c port=5434 -c listen_addresses= \
    -c unix_socket_directories="$ZDM_SANDBOX" -c archive_mode=on \
    -c archive_timeout=0 >"$OLDPWD/archived.log" 2>&1 &
cd "$OLDPWD"
trap 'cd "$ZDM_SANDBOX" && as_server "$bin/pg_ctl" -D "$cluster" -m immediate stop >/dev/null' EXIT
export PGHOST=$ZDM_SANDBOX PGPORT=5434 PGUSER=postgres PGDATABASE=postgres
export ZDM_DATABASE_URL="host=$PGHOST port=5434 user=postgres dbname=postgres"
wait_until 'SELECT 1' 1
sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 2000)"
sql 'SELECT pg_switch_wal()' >switched
wait_until 'SELECT failed_count > 0 FROM pg_stat_archiver' t
start_run archive 'max_lag = "5s"'
wait_for_line archive.out 'holding: archiving fails: the last try of 0000'
check_eq "nothing is done" 2000 "$(sql 'SELECT count(*) FROM t WHERE n = 0')"
sql "ALTER SYSTEM SET archive_command = 'true'"
sql 'SELECT pg_reload_conf()' >reloaded
ends_well archive

# Slow commits, sessions that work or wait for a lock in memory, and checkpoints that are asked for: each is
# over its limit, and the run holds for all of them. Whoever writes the WAL makes the other sessions wait.
sql "CREATE TABLE busy (on_ boolean); INSERT INTO busy VALUES (true)"
touch stop.flag
start_run load "workers = 4, throttle = { file = \"$PWD/stop.flag\", checkpoints = 2 }" --format json
wait_for_line load.out "\"waiting\":\"file $PWD/stop.flag is there\""
for setting in 'fsync = on' 'commit_siblings = 0' 'commit_delay = 100000'; do
    sql "ALTER SYSTEM SET $setting"
done
sql 'SELECT pg_reload_conf()' >reloaded
for _ in {1..35}; do
    sql "DO 'BEGIN WHILE EXISTS (SELECT FROM busy) LOOP
           PERFORM pg_logical_emit_message(true, current_user, current_user); COMMIT; END LOOP; END'" &
done
for _ in 1 2 3; do
    sql CHECKPOINT
done
rm stop.flag
held='"waiting":"a commit takes [1-9][0-9]* ms >= [^;]*; active sessions [0-9.]+ >= 20; sessions waiting for'
held="$held disk or memory locks [0-9.]+ >= 10; checkpoints forced by WAL [0-9]+ a minute >= 2 a minute\""
wait_for grep -qE "$held" load.out
wait_for grep -qE 'message":"[12] of 4 workers go on: .*(a commit takes|active sessions|sessions waiting)' load.out
check_eq "nothing is done" 2000 "$(sql 'SELECT count(*) FROM t WHERE n = 0')"
sql 'DELETE FROM busy'
sql 'ALTER SYSTEM RESET commit_delay'
sql 'SELECT pg_reload_conf()' >reloaded
for reset in bgwriter checkpointer; do # the second one is known since PostgreSQL 17
    sql "SELECT pg_stat_reset_shared('$reset')" >reset 2>&1 || check_has reset 'unrecognized reset target'
done
ends_well load
