#!/bin/bash
# backfill.sh [ZDM] [ROWS] [ROUNDS] [TABLE...]: a backfill by zdm beside other ways to change every row of
# the same table, in a sandbox with fsync and full_page_writes on. Prints tables in Markdown, in docs/performance.md:
#
#     speed       rows/s, WAL, growth; medians of ROUNDS rounds
#     foreground  latencies of an application at work on the same table
#     held        the same while one row is locked for 8 s
#     steady      does it slow down on its way, and what does zdm take by itself
#
# The contenders are in tests/bench/backfill/. Each begins with a fresh table.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
zdm=${1:-${ZDM:-$here/../../build/release/zdm}}
rows=${2:-500000}
rounds=${3:-3}
shift $(($# < 3 ? $# : 3))
[ $# -gt 0 ] || set -- speed foreground held steady

if [ -z "${ZDM_SANDBOX:-}" ]; then
    exec "$zdm" sandbox --set fsync=on --set full_page_writes=on --set max_wal_size=8GB --set min_wal_size=4GB -- \
        bash "$here/backfill.sh" "$zdm" "$rows" "$rounds" "$@"
fi
export ZDM_LEDGER=$ZDM_SANDBOX/ledger.db
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for part in lib speed beside itself; do
    # shellcheck source=/dev/null
    source "$here/backfill/$part.sh"
done
setup
for table in "$@"; do
    printf '\n%s, %d rows:\n\n' "$table" "$rows"
    "$table"
done
