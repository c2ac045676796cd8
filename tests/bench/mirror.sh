#!/usr/bin/env bash
# What copy_table costs whoever writes to the table while it is mirrored.
#
#     tests/bench/mirror.sh build/release/zdm

set -euo pipefail
ZDM=$(realpath "${1:?the zdm to measure}")
[ -n "${ZDM_BENCH_INSIDE:-}" ] || exec env ZDM_BENCH_INSIDE=1 "$ZDM" sandbox -- bash "$0" "$ZDM"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo 'return plan "mirrored" { api = 1, recipe.copy_table { table = "t" } }' >plan.lua
printf '%s\n' '\set i random(1, 50000)' 'UPDATE t SET v = v + 1 WHERE id = :i;' >one.sql

middle() { sort -n | sed -n 2p; }
one_by_one() { for _ in 1 2 3; do pgbench -n -M prepared -T 2 -f one.sql 2>/dev/null | grep -oP 'tps = \K\d+'; done | middle; }
all_at_once() {
    for _ in 1 2 3; do
        psql -Xq -c '\timing on' -c 'UPDATE t SET v = v + 1' | grep -oP 'Time: \K\d+'
        psql -Xq -c 'VACUUM'
    done | middle
}

for unique in '' UNIQUE; do
    psql -Xq -v ON_ERROR_STOP=1 -c "CREATE TABLE t (id int PRIMARY KEY, v int, u int $unique, w text)" \
        -c "INSERT INTO t SELECT i, 0, i, repeat('x', 80) FROM generate_series(1, 50000) AS i" -c 'VACUUM ANALYZE t'
    echo "${unique:-no} other key, alone: $(one_by_one) a second, all in $(all_at_once) ms"
    "$ZDM" run plan.lua --ledger "$dir/$unique.db" --until 't and t_zdm_new have the same rows' >/dev/null
    echo "${unique:-no} other key, mirrored: $(one_by_one) a second, all in $(all_at_once) ms"
    "$ZDM" rollback plan.lua --ledger "$dir/$unique.db" >/dev/null
    psql -Xq -c 'DROP TABLE t'
done
