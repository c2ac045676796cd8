# beside.sh: what an application feels that updates single rows of the same table, 500 a second over 8
# sessions. Latencies count from when a transaction was to begin. Read by backfill.sh.

# beside NAME HELD COMMAND...: what it was like meanwhile, of the transactions that were to begin then. Appends
# NAME|seconds|transactions|p50|p99|p99 / idle of the round|max|over 100 ms
beside() {
    local name=$1 held=$2 start end pgbench
    shift 2
    fresh
    rm -f "$work"/latency.*
    pgbench -n -M prepared -R 500 -c 8 -j 1 -T 3600 -D rows="$rows" -D held="$held" -l \
        --log-prefix="$work/latency" -f "$here/backfill/foreground.pgbench" >"$work/pgbench.log" 2>&1 &
    pgbench=$!
    sleep 2 # connected, and warm
    start=$(now)
    "$@" >/dev/null
    end=$(now)
    sleep 3 # those that were to begin meanwhile end
    ask -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgbench'" >/dev/null
    wait "$pgbench" || : # it was cut off
    awk -v s="$start" -v e="$end" '{ at = $5 + $6 / 1e6 - $3 / 1e6 } at >= s / 1e9 && at <= e / 1e9 { print $3 }' \
        "$work"/latency.* | sort -n >"$work/sorted"
    awk -v name="$name" -v s="$(awk -v s="$start" -v e="$end" 'BEGIN { print (e - s) / 1e9 }')" \
        -v idle="$(cat "$work/idle" 2>/dev/null)" -v keep="$work/idle" '{ v[NR] = $1 / 1000 }
        function at(share) { i = int(NR * share); return v[i < NR ? i + 1 : NR] }
        END { if (idle == "") { idle = at(0.99); print idle >keep }
        for (i = NR; i > 0 && v[i] > 100; i--) slow++
        printf "%s|%f|%d|%f|%f|%f|%f|%d\n", name, s, NR, at(0.5), at(0.99), at(0.99) / idle, v[NR],
            slow }' "$work/sorted" >>"$work/beside"
}

# rounds_of SUBJECT COMMAND: the rounds of COMMAND, which calls beside; medians, and the ratios of each round.
rounds_of() {
    local round name
    : >"$work/beside"
    for ((round = 1; round <= rounds; round++)); do
        rm -f "$work/idle"
        beside 'nothing' "$rows" sleep 10
        "$2"
    done
    echo "| $1 | s | transactions | p50, ms | p99, ms | p99 / idle | of each round | max, ms | over 100 ms |"
    echo '|---|---|---|---|---|---|---|---|---|'
    awk -F '|' '!seen[$1]++ { print $1 }' "$work/beside" | while read -r name; do
        awk -F '|' -v name="$name" -v s="$(median "$work/beside" "$name" 2)" -v n="$(median "$work/beside" "$name" 3)" \
            -v p50="$(median "$work/beside" "$name" 4)" -v p99="$(median "$work/beside" "$name" 5)" \
            -v ratio="$(median "$work/beside" "$name" 6)" '$1 == name { each = each (each == "" ? "" : ", ") sprintf("%.1f", $6)
            if ($7 > max) max = $7; slow += $8 }
            END { printf "| %s | %.1f | %d | %.2f | %.2f | %.1f | %s | %.1f | %d |\n", name, s, n, p50, p99, ratio, each, max,
                slow }' "$work/beside"
    done
}

# What one busy core costs the others by itself: nothing of it has to do with the database.
computes() { timeout 10 bash -c 'while :; do :; done' || :; }

beside_backfills() {
    beside 'a process that only computes' "$rows" computes
    beside 'zdm' "$rows" zdm 1 8
    beside 'zdm, `stripes = 1`' "$rows" zdm 1 1
    beside 'zdm, `workers = 2`' "$rows" zdm 2 8
    beside 'a loop along the key, 10,000 rows at a time' "$rows" keyset
    beside 'one `UPDATE`' "$rows" update
}

foreground() { rounds_of 'beside it' beside_backfills; }

# With COMMAND while a transaction of the application holds a row in the middle for 8 s.
while_held() {
    local holder
    ask -c "BEGIN; SELECT FROM t WHERE id = $((rows / 2)) FOR UPDATE; SELECT pg_sleep(8); COMMIT" >/dev/null &
    holder=$!
    until [ "$(ask -c "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")" = 1 ]; do :; done
    "$@"
    wait "$holder"
}

beside_a_held_row() {
    beside 'a process that only computes' $((rows / 2)) computes
    beside 'zdm' $((rows / 2)) while_held zdm 1 8
    beside 'zdm, `workers = 2`' $((rows / 2)) while_held zdm 2 8
    beside 'a loop along the key, 10,000 rows at a time' $((rows / 2)) while_held keyset
}

held() { rounds_of 'beside it, one row locked for 8 s' beside_a_held_row; }
