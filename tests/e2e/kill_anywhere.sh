# Disturbs a run at random moments: kill -9 of zdm, its backends terminated, a crash of the server, the server
# stopped at once and started again, and all of it together; the ledger is lost now and then. Random, so the seed is printed. ZDM_ROUNDS: how often each way, else 3 times.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
seed=${ZDM_SEED:-$$}
rounds=${ZDM_ROUNDS:-3}
RANDOM=$seed
echo "ZDM_SEED=$seed"

cat >plan.in <<'EOF'
return plan "count" {
  api = 1,
  expand { sql "add" [[ALTER TABLE big ADD COLUMN done boolean]] },
  backfill "count" { table = "big", set = { n = "n + 1" }, batch_min = 100, batch_max = 100,
    workers = WORKERS, KEY },
}
EOF

PGDATABASE=postgres sql 'CREATE DATABASE base' >/dev/null
PGDATABASE=base sql "CREATE TABLE big (id bigint PRIMARY KEY, grp int NOT NULL, n int NOT NULL DEFAULT 0,
                                     UNIQUE (grp, id));
    INSERT INTO big (id, grp) SELECT i, i % 90 FROM generate_series(1, 60000) AS i; ANALYZE big" >/dev/null

owner=$(stat -c %U "$PGHOST")
bin=$(dirname "$(readlink -f "$(command -v postgres)")")
pg_ctl() (
    cd "$ZDM_SANDBOX"
    if [ "$(id -u)" -eq 0 ]; then set -- runuser -u "$owner" -- "$bin/pg_ctl" "$@"; else set -- "$bin/pg_ctl" "$@"; fi
    "$@" -D data -w
) >pg_ctl.out
# Once it was restarted, it is not the sandbox's child any more.
trap 'pg_ctl stop -m immediate' EXIT

# Waits until at least $1 batches are committed, or the run is over.
until_batch() {
    while kill -0 "$runner" 2>/dev/null; do
        local batches
        batches=$(sql 'SELECT sum(batches) FROM zdm.cursor' 2>/dev/null || true)
        if [ "${batches:-0}" -ge "$1" ]; then return; fi
    done
}

disturb() {
    case $1 in
    kill) kill -9 "$runner" 2>/dev/null || true ;;
    terminate)
        PGDATABASE=postgres sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
              WHERE application_name LIKE 'zdm/%'" >/dev/null || true ;;
    crash)
        # One backend dies of SIGKILL: the server restarts all of them and recovers.
        kill -9 "$(PGDATABASE=postgres sql "SELECT pid FROM pg_stat_activity
              WHERE application_name LIKE 'zdm/%' ORDER BY random() LIMIT 1")" 2>/dev/null || true ;;
    restart)
        # For a moment nobody is there to connect to.
        pg_ctl restart -m immediate -l "$ZDM_SANDBOX/restarted.log" ;;
    esac
}

n=0
for how in kill terminate crash restart kill+terminate restart+kill crash+terminate; do
    until fresh_db disturbed base 2>/dev/null; do :; done
    rm -f ledger.db*
    n=$((n + 1))
    # 3 and 1 in turns, and a key of two columns for half of both.
    key='key = "id"'
    if [ $((n % 4)) -ge 2 ]; then key='key = { "grp", "id" }'; fi
    sed "s/WORKERS/$((n % 2 * 2 + 1))/; s/KEY/$key/" plan.in >count.lua
    met=0
    for ((round = 1; round <= rounds; round++)); do
        "$ZDM" run count.lua >run.out 2>&1 &
        runner=$!
        until_batch $((round * 300 / rounds + RANDOM % (240 / rounds)))
        if kill -0 "$runner" 2>/dev/null; then met=$((met + 1)); fi
        for one in ${how//+/ }; do
            disturb "$one"
        done
        wait "$runner" || true
        if [ $((RANDOM % 2)) -eq 0 ]; then rm -f ledger.db*; fi
    done
    until PGDATABASE=postgres sql 'SELECT 1' >/dev/null 2>&1; do :; done
    if ! "$ZDM" run count.lua >run.out 2>&1; then
        echo "after $how the run does not resume:" >&2
        cat run.out >&2
        exit 1
    fi
    [ "$met" -gt 0 ] || fail "$how: every run was over before it was disturbed"
    check_eq "$how: every row exactly once" "60000|1|1" \
        "$(sql 'SELECT count(*), min(n), max(n) FROM big')"
done
