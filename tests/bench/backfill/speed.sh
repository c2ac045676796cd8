# speed.sh: rows a second, WAL and growth of every contender. Read by backfill.sh.

# measured KEY COMMAND...: appends KEY|seconds|rows done|WAL|heap growth|index growth, % |HOT, %
measured() {
    local key=$1 before after start ns
    shift
    fresh
    before=$(sizes)
    start=$(now)
    "$@" >/dev/null
    ns=$(($(now) - start))
    after=$(sizes)
    awk -v key="$key" -v ns="$ns" -v done="$(ask -c 'SELECT count(norm) FROM t')" -v hot="$(hot)" \
        -v a="$before" -v b="$after" 'BEGIN { split(a, x); split(b, y)
        printf "%s|%.6f|%d|%.0f|%.0f|%.1f|%s\n", key, ns / 1e9, done, y[1] - x[1], y[2] - x[2],
            (y[3] - x[3]) * 100 / x[3], hot }' >>"$work/speed"
}

speed_row() { # KEY NAME
    local field values=()
    for field in 2 3 4 5 6 7; do values+=("$(median "$work/speed" "$1" "$field")"); done
    # The ratio is to the UPDATE of the same round.
    local ratio
    ratio=$(awk -F '|' -v key="$1" '$1 == "update" { one = $3 / $2 } $1 == key { print $3 / $2 / one }' "$work/speed" | sort -g |
        awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }')
    awk -v name="$2" -v ratio="$ratio" -v all="$rows" -v v="${values[*]}" \
        -v wal="$(median "$work/speed" update 4)" -v heap="$(median "$work/speed" update 5)" 'BEGIN { split(v, x)
        part = x[2] < all ? sprintf(", stopped after %.0f s and %.0f %% of the rows", x[1], 100 * x[2] / all) : ""
        printf "| %s%s | %.0f | %.2f | %.0f (%.2f) | %.0f (%.2f) | %+.0f %% | %.0f %% |\n", name, part, x[2] / x[1], ratio,
            x[3] / 1e6, x[3] / wal, x[4] / 1e6, x[4] / heap, x[5], x[6] }'
}

speed() {
    local round cap
    : >"$work/speed"
    for ((round = 1; round <= rounds; round++)); do
        measured update update
        measured keyset keyset
        for setting in "1 8" "1 1" "2 8" "2 1"; do
            # shellcheck disable=SC2086
            measured "zdm $setting" zdm $setting
        done
        measured 'no sweep' zdm 1 8 "verify = false, $set"
        if has_map; then measured map zdm 1 8 "$map"; fi
        [ "$round" = 1 ] || continue
        cap=$(awk -F '|' '$1 == "zdm 1 8" { print int(10 * $2) + 1 }' "$work/speed")
        measured limit1000 at_most "$cap" limit.sql 1000
        measured limit10000 at_most "$cap" limit.sql 10000
        measured lone1000 at_most "$cap" limit.sql 1000 '-c synchronize_seqscans=off'
        measured ordered1000 at_most "$cap" limit_ordered.sql 1000
        measured ordered10000 at_most "$cap" limit_ordered.sql 10000
    done
    echo '| | rows/s | ratio | WAL, MB (ratio) | heap growth, MB (ratio) | index growth | HOT |'
    echo '|---|---|---|---|---|---|---|'
    speed_row update 'one `UPDATE`'
    speed_row keyset 'a loop along the key, 10,000 rows at a time'
    speed_row limit1000 '`IS NULL LIMIT 1000` in a loop'
    speed_row lone1000 'the same, each scan from the first page (`synchronize_seqscans = off`)'
    speed_row limit10000 '`IS NULL LIMIT 10000` in a loop'
    speed_row ordered1000 '`IS NULL ORDER BY id LIMIT 1000` in a loop'
    speed_row ordered10000 '`IS NULL ORDER BY id LIMIT 10000` in a loop'
    speed_row 'zdm 1 8' 'zdm'
    speed_row 'no sweep' 'zdm, `verify = false`'
    speed_row 'zdm 1 1' 'zdm, `stripes = 1`'
    speed_row 'zdm 2 8' 'zdm, `workers = 2`'
    speed_row 'zdm 2 1' 'zdm, `workers = 2`, `stripes = 1`'
    if grep -q '^map|' "$work/speed"; then speed_row map 'zdm, `map`: a Lua function of the row'; fi
}
