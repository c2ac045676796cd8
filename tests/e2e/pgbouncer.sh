# Behind PgBouncer: in session mode a plan runs; in transaction mode it is refused before anything is changed, and
# what only looks works.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
if ! command -v pgbouncer >/dev/null; then
    echo "skipped: there is no pgbouncer here (.ci/install-packages pooler)"
    exit 0
fi
owner=$(stat -c %U "$PGHOST")
as_server() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u "$owner" -- "$@"; else "$@"; fi
}

# start_pooler MODE PORT [SETTING...]: it has a socket of its own, and ends with the script.
poolers=()
start_pooler() {
    local mode=$1 port=$2 folder=$ZDM_SANDBOX/pooler$2
    shift 2
    as_server mkdir "$folder"
    {
        printf '[databases]\n%s = host=%s port=%s dbname=%s\n' "$PGDATABASE" "$PGHOST" "$PGPORT" "$PGDATABASE"
        printf '[pgbouncer]\nlisten_addr =\nlisten_port = %s\nunix_socket_dir = %s\n' "$port" "$folder"
        printf 'auth_type = any\nmax_client_conn = 50\ndefault_pool_size = 20\npool_mode = %s\n' "$mode"
        printf '%s\n' "$@"
    } | as_server tee "$folder/ini" >/dev/null
    sed -i "s/^\\($PGDATABASE = .*\\)/\\1 user=$PGUSER/" "$folder/ini"
    # With exec: what is killed is not only a shell around it.
    if [ "$(id -u)" -eq 0 ]; then
        exec runuser -u "$owner" -- pgbouncer "$folder/ini"
    else
        exec pgbouncer "$folder/ini"
    fi >"pooler$port.log" 2>&1 &
    poolers+=("$!")
    pooler="host=$folder port=$port user=$PGUSER dbname=$PGDATABASE"
    wait_for psql -XAtqc 'SELECT 1' -d "$pooler" >/dev/null
}
trap 'kill "${poolers[@]}" 2>/dev/null; wait' EXIT

sql 'CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 3000); ANALYZE t'
cat >plan.lua <<'EOF'
return plan "pooled" {
    api = 1,
    expand {
        sql "column" "ALTER TABLE t ADD COLUMN a int",
        sql "index" "CREATE INDEX CONCURRENTLY t_n ON t (n)",
    },
    backfill "count" { table = "t", set = { n = "n + 1" }, workers = 2 },
    gate "go" { approval "yes" },
    contract { drop_column { table = "t", column = "a" } },
}
EOF

start_pooler transaction 6001
transaction=$pooler
check_exit 1 "$ZDM" run --db "$transaction" plan.lua
check_has "$err" 'is a pooler that gives each transaction another server session'
check_has "$err" 'session mode'
check_eq "nothing was changed" "|t" "$(sql "SELECT to_regclass('zdm.journal'), count(*) = 0 FROM pg_attribute
    WHERE attrelid = 't'::regclass AND attname = 'a'")"
check_eq "no lock stays behind" 0 "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")"
check_exit 0 "$ZDM" plan --db "$transaction" plan.lua
echo 'CREATE INDEX t_a ON t (n);' >m.sql
check_exit 4 "$ZDM" check --db "$transaction" m.sql

start_pooler session 6002
session=$pooler
check_exit 3 "$ZDM" run --db "$session" plan.lua
check_eq "every row once" "1|1|3000" "$(sql 'SELECT min(n), max(n), count(*) FROM t')"
check_exit 0 "$ZDM" status --db "$transaction" plan.lua
check_has "$out" 'go'
check_exit 0 "$ZDM" approve --db "$transaction" plan.lua go --note now
check_exit 1 "$ZDM" run --db "$transaction" plan.lua
check_exit 0 "$ZDM" run --db "$session" plan.lua
check_eq "no lock stays behind" 0 "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")"

# A role that the pooler drops is not acted without.
start_pooler session 6003 'ignore_startup_parameters = options'
sql 'CREATE ROLE other'
check_exit 1 "$ZDM" plan --db "$pooler options='-c role=other'" plan.lua
check_has "$err" 'does not take the role from the options "-c role=other"'
