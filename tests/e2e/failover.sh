# A primary is lost together with commits that its asynchronous standby never got. Once under a run that
# lives through it, once behind a run that was over: every row of the new primary is done once.
source "$ZDM_SOURCE/tests/support/lib.sh"

owner=$(stat -c %U "$PGHOST")
as_server() {
    if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u "$owner" -- "$@"); else "$@"; fi
}
bin=$(dirname "$(readlink -f "$(command -v postgres)")")
if [ ! -x "$bin/pg_basebackup" ]; then
    echo "skipped: this server comes without pg_basebackup"
    exit 0
fi
trap 'for port in 5433 5434 5435; do stop_server $port; done' EXIT

# on PORT COMMAND...: with the server at that port.
on() {
    PGPORT=$1 "${@:2}"
}

# copy_server FROM TO: a standby of the server at FROM.
copy_server() {
    as_server "$bin/pg_basebackup" -p "$1" -D "$ZDM_SANDBOX/$2" -R -X stream --checkpoint=fast
    as_server "$bin/postgres" -D "$ZDM_SANDBOX/$2" -c port="$2" -c listen_addresses= \
        -c unix_socket_directories="$ZDM_SANDBOX" -c max_prepared_transactions=10 -c fsync=off \
        -c cluster_name="s$2" >"server.$2" 2>&1 &
    on "$2" wait_until 'SELECT pg_is_in_recovery()' t
    on "$1" wait_until "SELECT count(*) FROM pg_stat_replication WHERE application_name = 's$2' AND state = 'streaming'" 1
}

stop_server() {
    if [ -e "$ZDM_SANDBOX/$1/postmaster.pid" ]; then
        as_server "$bin/pg_ctl" -D "$ZDM_SANDBOX/$1" -m immediate stop >/dev/null
    fi
}

# From now on the standby at this port gets nothing more.
cut_off() {
    on "$1" sql "ALTER SYSTEM SET primary_conninfo = ''"
    on "$1" sql 'SELECT pg_reload_conf()' >/dev/null
    on "$1" wait_until 'SELECT count(*) FROM pg_stat_wal_receiver' 0
}

# fail_over FROM TO
fail_over() {
    stop_server "$1"
    on "$2" sql 'SELECT pg_promote()' >/dev/null
    on "$2" wait_until 'SELECT pg_is_in_recovery()' f
}

batches() {
    on "$1" sql "SELECT COALESCE(sum(batches), 0) FROM zdm.cursor WHERE plan = '$2'"
}

# until_batch PORT PLAN N
until_batch() {
    on "$1" wait_until "SELECT to_regclass('zdm.cursor') IS NOT NULL" t
    on "$1" wait_until "SELECT sum(batches) >= $3 FROM zdm.cursor WHERE plan = '$2'" t
}

copy_server "$PGPORT" 5433
on 5433 sql 'SELECT pg_promote()' >/dev/null
copy_server 5433 5434
db="host=$ZDM_SANDBOX,$ZDM_SANDBOX,$ZDM_SANDBOX port=5433,5434,5435 user=$PGUSER dbname=$PGDATABASE \
target_session_attrs=read-write"
export ZDM_DATABASE_URL=$db ZDM_LEDGER=$PWD/ledger.db
on 5433 sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 40000); ANALYZE t"

cat >lives.lua <<'EOP'
return plan "lives" {
  api = 1,
  expand { sql "add" [[ALTER TABLE t ADD COLUMN a int]] },
  backfill "count" {
    table = "t", set = { n = "n + 1" }, batch_min = 50, batch_max = 50, workers = 3, pause = "5ms",
    max_lag = "0s", throttle = { lag_bytes = false, load = false },
  },
  gate "counted" { sql "all" [[SELECT count(*) = 0 FROM t WHERE n < 1]] },
  contract { sql "index" [[CREATE INDEX CONCURRENTLY t_n ON t (n)]] },
}
EOP
"$ZDM" run lives.lua >out.lives 2>err.lives &
runner=$!
until_batch 5433 lives 60
cut_off 5434
missed=$(batches 5434 lives)
until_batch 5433 lives $((missed + 100))
fail_over 5433 5434
code=0
wait "$runner" || code=$?
[ "$code" -eq 0 ] || fail "exit code $code"$'\n'"$(cat out.lives err.lives)"
check_has out.lives 'what was reported done: going on from there'
check_eq "every row once" "40000|1|1" "$(on 5434 sql 'SELECT count(*), min(n), max(n) FROM t')"
check_eq "every batch counted once" 40000 "$(on 5434 sql "SELECT sum(rows) FROM zdm.cursor WHERE plan = 'lives'")"

# The ledger knows of more than the new primary: the plan was over, and is not any more.
copy_server 5434 5435
sed -e 's/"lives"/"over"/; s/COLUMN a /COLUMN b /; s/t_n/t_n2/; s/n < 1/n < 2/' lives.lua >over.lua
"$ZDM" run over.lua >out.over 2>err.over &
runner=$!
until_batch 5434 over 60
cut_off 5435
wait "$runner"
check_eq "done, before" "done" "$("$ZDM" status --format json over.lua | sed -n 's/^  "state": "\(.*\)",*$/\1/p')"
fail_over 5434 5435
check_exit 0 "$ZDM" run over.lua
check_has "$out" 'step "count" was done at'
check_has "$out" 'backfill "count" is at batch'
check_eq "every row twice, once a plan" "40000|2|2" "$(on 5435 sql 'SELECT count(*), min(n), max(n) FROM t')"
check_eq "the index of the last step" t \
    "$(on 5435 sql "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_n2'::regclass")"
"$ZDM" log over.lua >log
check_has log 'restored to an earlier point'
