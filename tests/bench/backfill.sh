#!/bin/bash
# backfill.sh [ZDM] [ROWS] [ROUNDS]: a backfill by zdm beside one big UPDATE of the same rows, on fresh
# copies of the same table of a sandbox, with 1 and 2 workers, without stripes and with 8. Prints rows/s
# and WAL, and by how much heap and indexes grew; the ratios are to the single UPDATE of the round.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
zdm=${1:-${ZDM:-$here/../../build/release/zdm}}
rows=${2:-500000}
rounds=${3:-3}

if [ -z "${ZDM_SANDBOX:-}" ]; then
    exec "$zdm" sandbox -- bash "$here/backfill.sh" "$zdm" "$rows" "$rounds"
fi
export ZDM_LEDGER=$ZDM_SANDBOX/ledger.db
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
psql -Xq <<EOF
ALTER SYSTEM SET max_wal_size = '8GB';
SELECT pg_reload_conf() \gset
CREATE TABLE source AS SELECT i::bigint AS id, 'User' || i || '@Example.com' AS email,
    repeat('x', 100) AS filler FROM generate_series(1, $rows) AS i;
EOF

fresh() {
    psql -Xq -c 'DROP SCHEMA IF EXISTS zdm CASCADE' -c 'DROP TABLE IF EXISTS t' \
        -c 'CREATE TABLE t AS SELECT *, NULL::text AS norm FROM source' \
        -c 'ALTER TABLE t ADD PRIMARY KEY (id)' -c 'CREATE INDEX t_email ON t (email)' \
        -c 'VACUUM (FREEZE, ANALYZE) t' -c CHECKPOINT 2>/dev/null
    rm -f "$ZDM_LEDGER"*
}
now() { date +%s%N; }
measure() { psql -XAtq -F ' ' -c "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'),
    pg_relation_size('t'), pg_indexes_size('t')"; }
hot() { psql -XAtq -c "SELECT pg_stat_force_next_flush()" -c "SELECT round(100.0 * n_tup_hot_upd / greatest(n_tup_upd, 1))
    FROM pg_stat_user_tables WHERE relname = 't'" | tail -1; }

# run NAME COMMAND...
run() {
    local name=$1 before after start ns
    shift
    fresh
    before=$(measure)
    start=$(now)
    "$@" >/dev/null
    ns=$(($(now) - start))
    after=$(measure)
    [ "$name" = "one UPDATE" ] && single=$ns single_wal=0
    # shellcheck disable=SC2086
    set -- $before $after
    [ "$name" = "one UPDATE" ] && single_wal=$(($4 - $1)) && single_heap=$(($5 - $2))
    awk -v name="$name" -v n="$rows" -v ns="$ns" -v one="$single" -v wal=$(($4 - $1)) -v one_wal="$single_wal" \
        -v heap=$(($5 - $2)) -v one_heap="$single_heap" -v was="$3" -v is="$6" -v hot="$(hot)" 'BEGIN {
        printf "| %s | %.0f | %.2f | %.0f (%.2f) | %.0f (%.2f) | %+.0f %% | %s %% |\n", name, n / (ns / 1e9), one / ns,
            wal / 1e6, wal / one_wal, heap / 1e6, heap / one_heap, (is - was) * 100 / was, hot }'
}

echo '| | rows/s | ratio | WAL, MB (ratio) | heap growth, MB (ratio) | index growth | HOT |'
echo '|---|---|---|---|---|---|---|'
for ((round = 1; round <= rounds; round++)); do
    run "one UPDATE" psql -Xq -c 'UPDATE t SET norm = lower(email)'
    for setting in "1 1" "1 8" "2 1" "2 8"; do
        read -r workers stripes <<<"$setting"
        cat >"$work/fill.lua" <<EOF
return plan "fill" {
  api = 1,
  backfill "norm" { table = "t", set = { norm = "lower(email)" }, workers = $workers, stripes = $stripes },
}
EOF
        run "$workers worker(s), $stripes stripe(s)" "$zdm" run "$work/fill.lua"
    done
done
