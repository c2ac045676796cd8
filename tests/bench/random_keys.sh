#!/bin/bash
# random_keys.sh [ZDM] [ROWS] [KEY...]: a backfill along a key, ascending (bigint) and random (uuid, rows in the
# order of insertion), with and without stripes. How much of the server's time goes into batches, and how much into
# looking up where they end. In a sandbox; prints a table in Markdown, in docs/internals/benchmarks.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
zdm=${1:-${ZDM:-$here/../../build/release/zdm}}
rows=${2:-1000000}
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- bigint uuid

if [ -z "${ZDM_SANDBOX:-}" ]; then
    exec "$zdm" sandbox -- bash "$here/random_keys.sh" "$zdm" "$rows" "$@"
fi
export ZDM_LEDGER=$ZDM_SANDBOX/ledger.db
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ask() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }

ask -c "ALTER SYSTEM SET max_wal_size = '8GB'" -c "ALTER SYSTEM SET log_min_duration_statement = 0" \
    -c 'SELECT pg_reload_conf()' >/dev/null

fresh() { # KEY
    local id='i::bigint'
    [ "$1" = bigint ] || id='gen_random_uuid()'
    PGOPTIONS='-c log_min_duration_statement=-1' psql -Xq -v ON_ERROR_STOP=1 2>/dev/null <<SQL
DROP SCHEMA IF EXISTS zdm CASCADE;
DROP TABLE IF EXISTS t;
CREATE TABLE t AS SELECT $id AS id, 'User' || i || '@Example.com' AS email, repeat('x', 100) AS filler,
    NULL::text AS norm FROM generate_series(1, $rows) AS i;
ALTER TABLE t ADD PRIMARY KEY (id);
CREATE INDEX t_email ON t (email);
VACUUM (FREEZE, ANALYZE) t;
CHECKPOINT;
SQL
    rm -f "$ZDM_LEDGER"*
}

# Seconds and statements in the server's log whose text begins with PATTERN.
spent() {
    awk -v pattern="$1" '/duration: / { split($0, x, "duration: "); split(x[2], ms, " ")
        if (x[2] ~ /^[0-9.]+ ms  (statement|execute [^:]*|parse [^:]*|bind [^:]*): / &&
            x[2] ~ pattern) { s += ms[1]; n += x[2] ~ /ms  (statement|execute)/ } }
        END { printf "%.2f|%d", s / 1000, n }' "$ZDM_SANDBOX/log"
}

echo '| key | stripes | s | batches: s | number | looking ahead: s | number | share | HOT | WAL, MB | table and indexes grow, MB |'
echo '|---|---|---|---|---|---|---|---|---|---|---|'
for key in "$@"; do
    for stripes in ${STRIPES:-1 8}; do
        fresh "$key"
        printf 'return plan "fill" { api = 1, backfill "norm" { table = "t", set = { norm = "lower(email)" }, %s } }\n' \
            "verify = false, stripes = $stripes" >"$work/fill.lua"
        before=$(ask -F '|' -c "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'), pg_total_relation_size('t')")
        : >"$ZDM_SANDBOX/log"
        start=$(date +%s%N)
        "$zdm" run "$work/fill.lua" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
        end=$(date +%s%N)
        after=$(ask -F '|' -c "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'), pg_total_relation_size('t')")
        hot=$(ask -c 'SELECT pg_stat_force_next_flush()' \
            -c "SELECT round(100.0 * n_tup_hot_upd / greatest(n_tup_upd, 1)) FROM pg_stat_user_tables WHERE relname = 't'" | tail -1)
        awk -F '|' -v line="$key|$stripes|$(((end - start) / 1000000))|$(spent 'WITH zdm_cas')|$(spent 'WITH RECURSIVE zdm_ends')|$hot|$before|$after" \
            'BEGIN { split(line, x, "|"); printf "| %s | %s | %.1f | %s | %s | %s | %s | %.0f %% | %s %% | %.0f | %.0f |\n", x[1], x[2],
                x[3] / 1000, x[4], x[5], x[6], x[7], 100 * x[6] / (x[6] + x[4]), x[8], (x[11] - x[9]) / 1e6, (x[12] - x[10]) / 1e6 }'
        [ -z "${KEEP_LOG:-}" ] || cp "$ZDM_SANDBOX/log" "$KEEP_LOG"
    done
done
