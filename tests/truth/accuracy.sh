#!/bin/bash
# accuracy.sh: writes the tables of docs/reference/accuracy.md from what .ci/truth-matrix left in
# build/truth, and lays squawk beside it (npm squawk-cli, fetched into build/tools).
#
# Between the lines "<!-- NAME -->" and "<!-- end -->" of the page everything is replaced.
set -euo pipefail
cd "$(dirname "$0")/../.."

page=docs/reference/accuracy.md
results=build/truth
squawk_version=2.66.0
squawk=build/tools/node_modules/.bin/squawk
# Rules of taste and policy, which no server can agree or disagree with.
style=prefer-bigint-over-int,prefer-bigint-over-smallint,prefer-identity,prefer-text-field,prefer-timestamp-tz,prefer-robust-stmts,ban-char-field,identifier-too-long,require-timeout-settings,require-lock-timeout,require-statement-timeout,require-table-schema,transaction-nesting,ban-uncommitted-transaction
tables=$(mktemp -d)
trap 'rm -rf "$tables"' EXIT

# The last line of a version's table, as a row of markdown.
versions() {
    echo "| PostgreSQL | cases | agree | known differences | refused for their rows | error | transaction | locks | rewrites | scans | builds | sequence |"
    echo "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for file in "$results"/1?.txt; do
        grep '^PostgreSQL ' "$file" | awk '{ printf "| %s |", $2; for (i = 3; i <= NF; i++) printf " %s |", $i; print "" }'
    done
}

# Of the 15's cases: weight and verdict counted; of hazards those that the server shows, or all.
count() { # $1 weight, $2 column of the export, $3 verdict, $4 "shown" or ""
    awk -F'\t' -v w="$1" -v c="$2" -v v="$3" -v k="${4:-}" \
        '$3 == w && $c == v && (k == "" || $7 == k) { n++ } END { print n + 0 }' "$results/15.tsv"
}

row() { # $1 title, $2 column
    echo "| $1 | $(count hazard "$2" unsafe) | $(count hazard "$2" caution) | $(count hazard "$2" safe) | $(count hazard "$2" safe shown) | $(count hazard "$2" unknown)" \
        "| $(count harmless "$2" unsafe) | $(count harmless "$2" caution) | $(count harmless "$2" safe) | $(count harmless "$2" unknown) |"
}

fetch_squawk() {
    [ "$("$squawk" --version 2>/dev/null)" = "squawk $squawk_version" ] && return
    mkdir -p build/tools
    npm install --silent --prefix build/tools "squawk-cli@$squawk_version" >/dev/null
}

# One file for each statement; then column 8 of the export is what squawk says: flagged, quiet, unknown.
run_squawk() {
    local cases=$tables/cases
    mkdir "$cases"
    awk -F'\t' -v dir="$cases" '{ file = dir "/" $1 ".sql"; print $6 ";" > file; close(file) }' "$results/15.tsv"
    # It ends with 1 when there is something to say.
    "$squawk" --pg-version=15 --exclude="$style" --reporter gcc "$cases"/*.sql >"$tables/squawk" || [ $? -eq 1 ]
    awk -F'\t' -v OFS='\t' '
        FNR == NR {
            n = split($0, part, ":"); file = part[1]; sub(/.*\//, "", file); sub(/\.sql$/, "", file)
            if ($0 ~ /error: syntax-error/) broken[file] = 1
            else if ($0 ~ /: (warning|error): /) said[file] = 1
            next
        }
        { print $0, ($1 in broken) ? "unknown" : ($1 in said) ? "unsafe" : "safe" }
    ' "$tables/squawk" "$results/15.tsv" >"$tables/15.tsv"
    results=$tables
}

matrix() {
    echo "| | hazard: unsafe | caution | **safe: missed** | of these shown by the server | unknown | **harmless: unsafe: false alarm** | caution | safe | unknown |"
    echo "|---|---|---|---|---|---|---|---|---|---|"
    row "zdm with the catalog" 4
    row "zdm offline" 5
    row "squawk $squawk_version" 8
}

statements() { # $1 weight, $2 verdict: those where zdm offline is wrong
    awk -F'\t' -v w="$1" -v v="$2" '$3 == w && $5 == v { gsub(/`/, "", $6); printf "- `%s` (%s)\n", $6, $2 }' "$results/15.tsv"
}

# Every disagreement of every version that nobody has marked as known.
wrong() {
    for file in "$results"/1?.txt; do
        sed '/cases agree/,$d' "$file" | awk -v version="$(basename "$file" .txt)" '
            function flush() { if (head && !known) printf "- %s: %s%s\n", version, head, lines }
            /^[^ ]/ {
                flush(); known = 0; lines = ""
                place = $1; sub(/:$/, "", place); sql = substr($0, length($1) + 2); gsub(/`/, "", sql)
                head = sql ? "`" sql "` (" place ")" : ""
                next
            }
            /known difference/ { known = 1 }
            /^    / { sub(/^ +/, ""); lines = lines "; " $0 }
            END { flush() }
        '
    done
}

known() {
    local found=0 line
    for file in tests/truth/corpus/*.sql; do
        while IFS= read -r line; do
            found=1
            echo "- $(basename "$file"):${line%%:*}: ${line#*--! differs}" | sed -E 's/: : /: /; s/: +([-0-9]+): /: on \1: /'
        done < <(grep -n '^--! differs' "$file")
    done
    [ $found = 1 ] || echo "None."
}

versions >"$tables/versions"
known >"$tables/known"
wrong >"$tables/wrong"
fetch_squawk
run_squawk
matrix >"$tables/matrix"
{ statements harmless unsafe; } >"$tables/alarms"
{ statements hazard safe; } >"$tables/misses"
for name in alarms misses wrong; do [ -s "$tables/$name" ] || echo "None." >"$tables/$name"; done
awk -F'\t' '{ n[$3]++; shown += $3 == "hazard" && $7 == "shown" } END { printf "%d statements: %d hazards, of which the server itself shows %d; %d harmless ones; %d that the server refuses.\n", NR, n["hazard"], shown, n["harmless"], n["refused"] }' \
    "$tables/15.tsv" >"$tables/size"

awk -v dir="$tables" '
    /^<!-- end -->$/ { skipping = 0 }
    !skipping { print }
    match($0, /^<!-- [a-z]+ -->$/) && !/end/ {
        name = $2; skipping = 1; file = dir "/" name; print ""
        while ((getline line < file) > 0) print line
        print ""
    }
' "$page" >"$tables/page"
cp "$tables/page" "$page"
