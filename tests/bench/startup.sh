#!/bin/bash
# startup.sh [ZDM]: how long zdm takes to start, beside the shell's own `true` as the unit.
# Prints the median of 50 runs each, in milliseconds.
set -euo pipefail
zdm=${1:-${ZDM:-build/release/zdm}}
plan=$(dirname "$0")/../../plans/rename_email.lua

median_ms() {
    local i
    for i in $(seq 50); do
        local start end
        start=$(date +%s%N)
        "$@" >/dev/null
        end=$(date +%s%N)
        echo $(((end - start) / 10000))
    done | sort -n | sed -n 25p | awk '{ printf "%.2f", $1 / 100 }'
}

printf '%-28s %8s ms\n' "/bin/true" "$(median_ms /bin/true)"
printf '%-28s %8s ms\n' "zdm --version" "$(median_ms "$zdm" --version)"
printf '%-28s %8s ms\n' "zdm plan --offline (example)" "$(median_ms "$zdm" plan --offline "$plan")"
