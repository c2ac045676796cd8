#!/bin/bash
# backfill.sh [ZDM] [ROWS]: a backfill by zdm beside one big UPDATE of the same rows, on fresh copies
# of the same table of a sandbox. Prints both and the ratio; 1.00 is the speed of the single UPDATE.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
zdm=${1:-${ZDM:-$here/../../build/release/zdm}}
rows=${2:-500000}

if [ -z "${ZDM_SANDBOX:-}" ]; then
    exec "$zdm" sandbox -- bash "$here/backfill.sh" "$zdm" "$rows"
fi
export ZDM_LEDGER=$ZDM_SANDBOX/ledger.db
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/fill.lua" <<'EOF'
return plan "fill" {
  api = 1,
  backfill "norm" { table = "t", set = { norm = "lower(email)" } },
}
EOF
psql -Xq <<EOF
CREATE TABLE source AS SELECT i::bigint AS id, 'User' || i || '@Example.com' AS email,
    repeat('x', 100) AS filler FROM generate_series(1, $rows) AS i;
EOF
fresh() {
    psql -Xq -c 'DROP TABLE IF EXISTS t' -c 'CREATE TABLE t AS SELECT *, NULL::text AS norm FROM source' \
        -c 'ALTER TABLE t ADD PRIMARY KEY (id)' -c 'VACUUM (FREEZE, ANALYZE) t' -c CHECKPOINT 2>/dev/null
}
now() { date +%s%N; }
rate() { awk -v n="$rows" -v ns="$1" 'BEGIN { printf "%.0f", n / (ns / 1e9) }'; }

for round in 1 2 3; do
    fresh
    start=$(now)
    psql -Xq -c 'UPDATE t SET norm = lower(email)'
    single=$(($(now) - start))
    fresh
    psql -Xq -c 'DROP SCHEMA IF EXISTS zdm CASCADE' 2>/dev/null
    start=$(now)
    "$zdm" run "$work/fill.lua" >/dev/null
    batched=$(($(now) - start))
    echo "round $round: one UPDATE $(rate $single) rows/s, zdm $(rate $batched) rows/s, ratio $(awk -v a=$single -v b=$batched 'BEGIN { printf "%.2f", a / b }')"
done
