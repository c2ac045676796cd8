#!/bin/bash
# catalog.sh [ZDM] [TABLES]: how long zdm takes to read the catalog of a schema of many tables (ten
# columns, a primary key, a foreign key, an index each), in a sandbox. Prints the median of ten
# `zdm check` of one statement with and without the database, and what each query takes by itself,
# as psql sees it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
zdm=${1:-${ZDM:-$here/../../build/release/zdm}}
tables=${2:-5000}

if [ -z "${ZDM_SANDBOX:-}" ]; then
    exec "$zdm" sandbox -- bash "$here/catalog.sh" "$zdm" "$tables"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

psql -Xq <<EOF
CREATE TABLE t_0 (id bigint PRIMARY KEY);
DO \$\$ BEGIN
    FOR i IN 1..$tables LOOP
        EXECUTE format('CREATE TABLE t_%s (id bigint PRIMARY KEY, other bigint REFERENCES t_%s,
            name text NOT NULL DEFAULT %L, a int, b varchar(50), c timestamptz DEFAULT now(),
            d numeric(10, 2), e boolean NOT NULL DEFAULT false, f jsonb, g date)', i, i - 1, 'x');
        EXECUTE format('CREATE INDEX t_%s_name ON t_%s (name)', i, i);
        IF i % 500 = 0 THEN COMMIT; END IF;
    END LOOP;
END \$\$;
VACUUM ANALYZE pg_catalog.pg_class, pg_catalog.pg_attribute, pg_catalog.pg_attrdef,
    pg_catalog.pg_constraint, pg_catalog.pg_index, pg_catalog.pg_depend, pg_catalog.pg_type;
EOF

echo "ALTER TABLE public.t_1 ADD COLUMN h int;" >"$work/one.sql"
median_ms() { # COMMAND...: of ten runs
    local start
    for _ in $(seq 10); do
        start=$(date +%s%N)
        "$@" >/dev/null 2>&1 || [ $? = 1 ] || exit 2 # 1: findings
        echo $((($(date +%s%N) - start) / 10000))
    done | sort -n | sed -n 5p | awk '{ printf "%.1f", $1 / 100 }'
}
with=$(median_ms "$zdm" check --db "$ZDM_DATABASE_URL" "$work/one.sql")
without=$(median_ms "$zdm" check --offline "$work/one.sql")
printf '%-24s %8s ms\n' "zdm check --db" "$with" "zdm check --offline" "$without"
printf '%-24s %8s ms\n\n' "connect and load" \
    "$(awk -v a="$with" -v b="$without" 'BEGIN { printf "%.1f", a - b }')"

version=$(psql -XAtc "SELECT current_setting('server_version_num')::int / 10000")
since=() # -v since15=true ...: as the loader reads \if :sinceNN
for major in 14 15 16 17 18; do
    since+=(-v "since$major=$([ "$version" -ge "$major" ] && echo true || echo false)")
done
for query in settings search_path schemas names members relations types enums casts columns grants \
    defaults functions arguments inherits partitions opclasses indexes constraints triggers policies \
    rules dependents users publications extensions live_server live_tables live_sessions live_replication; do
    {
        echo "SET search_path = pg_catalog; SET jit = off;"
        [ "$version" -lt 15 ] || echo "SET stats_fetch_consistency = none;" # as for the live ones
        echo '\timing on'
        echo '\o /dev/null'
        for _ in 1 2 3 4 5; do
            cat "$here/../../engine/catalog/sql/$query.sql"
            echo ';'
        done
    } | psql -Xq "${since[@]}" |
        awk '/^Time:/ { print $2 }' | sort -n | sed -n 3p |
        awk -v query="$query" '{ printf "%-24s %8.1f ms\n", query, $1 }'
done | sort -k2 -rn | awk '{ print; sum += $2 } END { printf "%-24s %8.1f ms\n", "all queries", sum }'
