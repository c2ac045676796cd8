# lib.sh: what the tables of backfill.sh have in common: the table that is changed, the contenders, and
# what is measured. Expects $zdm, $rows, $rounds and $work.

now() { date +%s%N; }
ask() { psql -XAtq -F ' ' -v ON_ERROR_STOP=1 "$@"; }

# As on a server that has been at work for a while: files for WAL are there. A new one is filled with zeros first,
# while everybody who commits waits.
setup() {
    psql -Xq -v ON_ERROR_STOP=1 <<SQL
SELECT max(pg_logical_emit_message(false, 'bench', repeat('x', 1000000))) AS warm FROM generate_series(1, 3000) \gset
CHECKPOINT;
CHECKPOINT;
SQL
}

# fresh [ROWS]: table t as it was, with nothing to do for anybody else.
fresh() {
    psql -Xq -v ON_ERROR_STOP=1 2>/dev/null <<SQL
DROP SCHEMA IF EXISTS zdm CASCADE;
DROP TABLE IF EXISTS t;
CREATE TABLE t AS SELECT i::bigint AS id, 'User' || i || '@Example.com' AS email, repeat('x', 100) AS filler,
    NULL::text AS norm, 0 AS seen FROM generate_series(1, ${1:-$rows}) AS i;
ALTER TABLE t ADD PRIMARY KEY (id);
CREATE INDEX t_email ON t (email);
VACUUM (FREEZE, ANALYZE) t;
CHECKPOINT;
SQL
    rm -f "$ZDM_LEDGER"*
}

# Contenders. Each prints nothing and changes every row.
update() { ask -f "$here/backfill/update.sql"; }
keyset() { PGOPTIONS='-c bench.batch=10000' ask -f "$here/backfill/keyset.sql"; }
# at_most SECONDS FILE ROWS [OPTION]: a loop whose time grows with the square of the rows, cut off.
at_most() {
    PGOPTIONS="-c bench.batch=$3 -c statement_timeout=${1}s ${4:-}" psql -Xq -f "$here/backfill/$2" 2>/dev/null || :
}
set='set = { norm = "lower(email)" }'
map='read = { "email" }, write = { "norm" }, map = function(row) return { norm = row.email:lower() } end'
# zdm WORKERS STRIPES [ACTION]
zdm() {
    local action=${3:-$set}
    cat >"$work/fill.lua" <<LUA
return plan "fill" {
  api = 1,
  backfill "norm" { table = "t", $action, workers = $1, stripes = $2 },
}
LUA
    "$zdm" run "$work/fill.lua" >"$work/zdm.log" 2>&1 || { cat "$work/zdm.log" >&2; exit 1; }
}
has_map() {
    printf 'return plan "fill" { api = 1, backfill "norm" { table = "t", %s } }\n' "$map" >"$work/map.lua"
    "$zdm" plan --offline "$work/map.lua" >/dev/null 2>&1
}

# Bytes of WAL so far, of the heap and of the indexes.
sizes() { ask -c "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'), pg_relation_size('t'), pg_indexes_size('t')"; }
# Share of the updates of t that stayed on their page, in per cent.
hot() {
    ask -c "SELECT pg_stat_force_next_flush()" -c "SELECT round(100.0 * n_tup_hot_upd / greatest(n_tup_upd, 1))
        FROM pg_stat_user_tables WHERE relname = 't'" 2>/dev/null | tail -1
}

# median FILE KEY FIELD: of the lines that begin with the key.
median() {
    awk -F '|' -v key="$2" -v field="$3" '$1 == key { print $field }' "$1" | sort -g |
        awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
