# A backfill holds while a replica is too far behind in replaying, says so, and goes on afterwards.
source "$ZDM_SOURCE/tests/support/lib.sh"
source "$ZDM_SOURCE/tests/support/gates.sh"
export ZDM_LEDGER=$PWD/ledger.db

owner=$(stat -c %U "$PGHOST")
as_server() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u "$owner" -- "$@"; else "$@"; fi
}
bin=$(dirname "$(readlink -f "$(command -v postgres)")")
standby=$ZDM_SANDBOX/standby
if [ ! -x "$bin/pg_basebackup" ]; then
    echo "skipped: this server comes without pg_basebackup"
    exit 0
fi
as_server "$bin/pg_basebackup" -D "$standby" -R -X stream --checkpoint=fast
as_server "$bin/postgres" -D "$standby" -c port=5433 -c listen_addresses= \
    -c unix_socket_directories="$ZDM_SANDBOX" -c max_prepared_transactions=10 -c fsync=off \
    >standby.log 2>&1 &
trap 'as_server "$bin/pg_ctl" -D "$standby" -m immediate stop >/dev/null' EXIT
wait_until "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'" 1

sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 40000); ANALYZE t"
cat >plan.lua <<'EOF'
return plan "lagging" {
  api = 1,
  backfill "count" {
    table = "t", set = { n = "n + 1" }, batch_min = 200, batch_max = 200, pause = "20ms", max_lag = "1s",
    throttle = { commit = false, load = false, dead = false }, -- it is about replicas
  },
}
EOF
PGPORT=5433 wait_until 'SELECT pg_is_in_recovery()' t
PGPORT=5433 wait_until "SELECT to_regclass('t') IS NOT NULL" t
PGPORT=5433 sql 'SELECT pg_wal_replay_pause()'
"$ZDM" run plan.lua >out 2>err &
runner=$!
wait_for_line out 'holding: replica walreceiver lag'
check_eq "it holds before the end" t "$(sql 'SELECT count(*) FILTER (WHERE n = 0) > 0 FROM t')"
# What zdm check asks of a server sees it too, and can be asked of the replica.
seen=$(sql "$(cat "$ZDM_SOURCE/engine/catalog/sql/live_replication.sql")")
check_eq "the replica and that it is behind" yes "$(awk -F'|' '$1 == "r" && $2 == "walreceiver" && $4 > 0 { print "yes" }' <<<"$seen")"
echo 'ALTER TABLE t ADD COLUMN a int;' >a.sql
check_exit 0 "$ZDM" check --db "host=$ZDM_SANDBOX port=5433 user=$PGUSER dbname=$PGDATABASE" a.sql
PGPORT=5433 sql 'SELECT pg_wal_replay_resume()'
wait "$runner"
check_eq "every row once" "1|1" "$(sql 'SELECT min(n), max(n) FROM t')"

# Only the replicas that are named count; one that is not there holds.
sql 'UPDATE t SET n = 0'
sed -e 's/"lagging"/"named"/' -e 's/throttle = {/throttle = { replicas = { "other" },/' plan.lua >named.lua
"$ZDM" plan named.lua >out
check_has out 'only the lag of other counts; holds while it is not connected'
"$ZDM" run named.lua >out 2>err &
runner=$!
wait_for_line out 'holding: replica other is not connected'
check_eq "it holds from the start" 0 "$(sql 'SELECT count(*) FROM t WHERE n > 0')"
kill -9 "$runner"
wait "$runner" || true
sed -i 's/"other"/"walreceiver"/' named.lua
PGPORT=5433 sql 'SELECT pg_wal_replay_pause()'
rm -f out
"$ZDM" run named.lua >out 2>err &
runner=$!
wait_for_line out 'holding: replica walreceiver lag'
PGPORT=5433 sql 'SELECT pg_wal_replay_resume()'
wait "$runner"
check_eq "every row once, when it is there" "1|1" "$(sql 'SELECT min(n), max(n) FROM t')"

# The gate: open as soon as what was written before the look is replayed, whoever's clock goes wrong.
of=replica
gate gated 'replica_lag "1s"'
sql "INSERT INTO t (id) VALUES (0)"
opens gated 'replica walreceiver'
grep -Eq 'replica walreceiver (has replayed all|is at most [0-9]+ ms behind)' flat || fail "the gate: $(cat flat)"
PGPORT=5433 sql 'SELECT pg_wal_replay_pause()'
PGPORT=5433 wait_until 'SELECT pg_get_wal_replay_pause_state()' paused
sql "DELETE FROM t WHERE id = 0"
stays gated
gate behind 'replica_lag "1s"'
closed behind 'replica walreceiver'
grep -Eq 'replica walreceiver (is [0-9]+ ms behind|has not answered for|has not said)' flat || fail "the gate: $(cat flat)"
PGPORT=5433 sql 'SELECT pg_wal_replay_resume()'
check_exit 0 "$ZDM" run behind.lua
sql 'CREATE ROLE little LOGIN; GRANT ALL ON SCHEMA zdm TO little; GRANT ALL ON ALL TABLES IN SCHEMA zdm TO little'
gate unseen 'replica_lag "1s"'
hidden unseen 'is not shown to this role: GRANT pg_monitor TO little' --db "$ZDM_DATABASE_URL user=little"
gates_shown replica_lag.sh

# How fast may be changed while a backfill is under way; what it does may not.
sql 'UPDATE t SET n = 0'
sed -i 's/"lagging"/"paced"/' plan.lua
"$ZDM" run plan.lua >out 2>err &
runner=$!
wait_until "SELECT to_regclass('zdm.cursor') IS NOT NULL" t
wait_until "SELECT count(*) > 0 FROM zdm.cursor WHERE plan = 'paced' AND batches > 5" t
kill -9 "$runner"
wait "$runner" || true
sed -i 's/pause = "20ms", max_lag = "1s"/pause = "0ms", max_lag = "0s"/' plan.lua
"$ZDM" run plan.lua >out 2>err
check_eq "every row once, at two speeds" "1|1" "$(sql 'SELECT min(n), max(n) FROM t')"
