# itself.sh: does it slow down on its way, and what does zdm take by itself. Read by backfill.sh.

# Processor time of the server so far, in ticks: what runs, and what its postmaster has reaped.
server_ticks() {
    { cat /proc/[0-9]*/stat 2>/dev/null || :; } | awk -v master="$(ask -c "SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)")" '
        { pid = $1; sub(/^.*\) /, "") }
        pid == master { sum += $14 + $15 }
        pid == master || $2 == master { sum += $12 + $13 }
        END { print sum }'
}

# itself NAME ROWS WORKERS [ACTION]
itself() {
    local name=$1 n=$2 before after zdm_pid times
    shift 2
    fresh "$n"
    before=$(server_ticks)
    : >"$work/peak"
    { TIMEFORMAT='%U %S'; time zdm "$1" 8 "${@:2}"; } 2>"$work/times" &
    zdm_pid=$!
    until [ "$(ask -c "SELECT to_regclass('zdm.cursor') IS NOT NULL")" = t ]; do :; done
    psql -XAtq -F ' ' >"$work/walk" 2>/dev/null <<'SQL' &
SELECT 'at', extract(epoch FROM clock_timestamp()), coalesce(sum(rows), 0) FROM zdm.cursor \watch 0.02
SQL
    local poller=$!
    while kill -0 "$zdm_pid" 2>/dev/null; do
        for pid in $(cat "/proc/$zdm_pid/task/$zdm_pid/children" 2>/dev/null || :); do
            awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null || :
        done >>"$work/peak"
        sleep 0.05
    done
    wait "$zdm_pid"
    kill "$poller"
    wait "$poller" 2>/dev/null || :
    after=$(server_ticks)
    times=$(cat "$work/times")
    awk -v name="$name" -v n="$n" -v server="$((after - before))" -v hz="$(getconf CLK_TCK)" -v times="$times" \
        -v peak="$(sort -n "$work/peak" | tail -1)" '
        # When that many rows were done, between two looks.
        function when(goal, i) {
            for (i = 2; i <= looks && rows[i] < goal; i++);
            return rows[i] == rows[i - 1] ? at[i] : at[i - 1] + (at[i] - at[i - 1]) * (goal - rows[i - 1]) / (rows[i] - rows[i - 1])
        }
        $1 == "at" { looks++; at[looks] = $2; rows[looks] = $3 }
        END { split(times, t); cpu = t[1] + t[2]
        for (first = 1; first < looks && rows[first + 1] == 0; first++);
        a = when(n * 0.1) - at[first]; z = when(n) - when(n * 0.9)
        printf "| %s | %d | %.2f | %.2f | %.2f | %.2f | %.2f | %.1f %% | %.1f |\n", name, n, a * 1e6 / (n / 10), z * 1e6 / (n / 10),
            z / a, cpu, server / hz, 100 * cpu / (server / hz), peak / 1024 }' "$work/walk"
}

steady() {
    echo '| | rows | µs/row, first tenth | last tenth | last / first | processor of zdm, s | of the server, s | share | memory of zdm, MB |'
    echo '|---|---|---|---|---|---|---|---|---|'
    itself 'zdm' $((rows / 10)) 1
    itself 'zdm' "$rows" 1
    itself 'zdm, `workers = 2`' "$rows" 2
    if has_map; then itself 'zdm, `map`' "$rows" 1 "$map"; fi
}
