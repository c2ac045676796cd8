# lib.sh: what test scripts have at hand. A script fails at the first command that fails, and says
# where.
#
#     source "$ZDM_SOURCE/tests/support/lib.sh"
#     check_exit 3 "$ZDM" run plan.lua     # runs it; $out and $err are files with what it printed
#     check_has "$err" "closed"
#     check_eq "rows" 10 "$(sql 'SELECT count(*) FROM users')"

set -Eeuo pipefail

out=$PWD/out
err=$PWD/err
zdm_printed=$PWD/.json

# Where the script called us: the nearest caller outside this file.
zdm_where() {
    local i
    for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
        if [ "${BASH_SOURCE[$i]}" != "${BASH_SOURCE[0]}" ]; then
            echo "${BASH_SOURCE[$i]}:${BASH_LINENO[$((i - 1))]}"
            return
        fi
    done
}

fail() {
    echo "$(zdm_where): $*" >&2
    exit 1
}

trap 'echo "$(zdm_where): command failed: $BASH_COMMAND" >&2' ERR

# check_eq NAME EXPECTED ACTUAL
check_eq() {
    [ "$2" = "$3" ] || fail "$1: expected"$'\n'"$2"$'\n'"got"$'\n'"$3"
}

# check_exit CODE COMMAND...: stdout goes to $out, stderr to $err.
check_exit() {
    local expected=$1 status=0
    shift
    "$@" >"$out" 2>"$err" || status=$?
    if [ "$status" -ne "$expected" ]; then
        sed 's/^/stdout: /' "$out" >&2
        sed 's/^/stderr: /' "$err" >&2
        fail "exit code $status, expected $expected: $*"
    fi
    # What was killed may have been in the middle of a line.
    if [[ "$1" = "$ZDM" && ("$status" -lt 128 || "$status" -eq 130) && "$* " =~ \ (--format|-f)[\ =]json\  ]]; then
        mkdir -p "$zdm_printed" # run.sh compares it with the schemas
        cp "$out" "$(mktemp "$zdm_printed/$2.XXXXXX")"
    fi
}

# check_has FILE TEXT: the file holds the text, as it stands.
check_has() {
    grep -qF -- "$2" "$1" || fail "not in $1: $2"$'\n'"$(head -c 4000 "$1")"
}

check_lacks() {
    ! grep -qF -- "$2" "$1" || fail "should not be in $1: $2"$'\n'"$(head -c 4000 "$1")"
}

# check_golden NAME FILE: the file is what tests/golden/expected/NAME says. ZDM_ACCEPT=1 takes the
# file as the new expectation.
check_golden() {
    local expected=$ZDM_SOURCE/tests/golden/expected/$1
    if [ "${ZDM_ACCEPT:-}" = 1 ]; then
        mkdir -p "$(dirname "$expected")"
        cp "$2" "$expected"
        return
    fi
    [ -f "$expected" ] || fail "$expected is missing; ZDM_ACCEPT=1 makes it"
    diff -u "$expected" "$2" >&2 || fail "$2 differs from $1; ZDM_ACCEPT=1 accepts it"
}

# sql QUERY [psql option...]: rows without decoration; an error fails the script.
sql() {
    local query=$1
    shift
    psql -XAtq -v ON_ERROR_STOP=1 -c "$query" "$@"
}

# wait_for COMMAND...: until the command succeeds, at most a minute.
wait_for() {
    local until=$((SECONDS + 60))
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$until" ] || fail "did not become true within 60 s: $*"
        sleep 0.05
    done
}

zdm_sql_is() {
    [ "$(sql "$1")" = "$2" ]
}

# wait_until QUERY VALUE: until the query answers the value, at most a minute.
wait_until() {
    wait_for zdm_sql_is "$1" "$2"
}

# approve_asked: whatever the run before asked for.
approve_asked() {
    { grep '^  zdm approve' "$out" || true; } | while read -r _ rest; do eval "\"$ZDM\" $rest" >/dev/null; done
}

# run_whole PLAN: to its end, approving whatever asks for it.
run_whole() {
    local code
    for _ in 1 2 3 4 5 6 7 8 9; do
        code=0
        "$ZDM" run "$1" >"$out" 2>"$err" || code=$?
        [ "$code" = 3 ] || break
        approve_asked
    done
    [ "$code" = 0 ] || fail "$1: exit code $code: $(cat "$out" "$err")"
}

# fresh_db NAME [TEMPLATE]: makes the database anew and turns sql, psql and zdm to it.
fresh_db() {
    PGOPTIONS='-c client_min_messages=warning' \
        sql "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" -d postgres
    sql "CREATE DATABASE \"$1\" TEMPLATE \"${2:-template1}\"" -d postgres
    export PGDATABASE=$1
    export ZDM_DATABASE_URL="host=$PGHOST port=$PGPORT user=$PGUSER dbname='$1'"
    unset DATABASE_URL # it would still name the old one
}

# wait_for_line FILE TEXT: until the text stands in the file, at most a minute.
wait_for_line() {
    wait_for grep -qF -- "$2" "$1"
}

# hold_lock SQL: another session, which runs the SQL in a transaction and keeps it open until
# release_lock. One at a time. The SQL's last statement stays the session's last query.
hold_lock() {
    local fifo
    fifo=$(mktemp -u "$PWD/holder-XXXXXX")
    mkfifo "$fifo"
    psql -XAtq -v ON_ERROR_STOP=1 <"$fifo" >"$fifo.out" 2>&1 &
    zdm_holder_pid=$!
    exec {zdm_holder_in}>"$fifo"
    printf '%s\n' 'BEGIN;' "$1;" '\echo held' >&"$zdm_holder_in"
    wait_for_line "$fifo.out" held
}

# Rolls it back; a session that was ended meanwhile is fine.
release_lock() {
    (trap '' PIPE && printf '%s\n' 'ROLLBACK;' '\q' >&"$zdm_holder_in") 2>/dev/null || true
    exec {zdm_holder_in}>&-
    wait "$zdm_holder_pid" || true
}

# follow_page PAGE: does what the fences of a page say, one after the other, and sets $followed to
# their number.
#
#     ```sql file=NAME    (written to that file; lua and others alike)    ```sh run=CODE    (must exit
#     with CODE)
follow_page() {
    local fence body word words=()
    rm -rf .blocks
    mkdir .blocks
    awk '
        /^```/ && !inside { inside = 1; n++; name = sprintf(".blocks/%03d", n)
                            print substr($0, 4) > (name ".fence"); printf "" > (name ".body"); next }
        /^```/ { inside = 0; close(name ".fence"); close(name ".body"); next }
        inside { print > (name ".body") }' "$1"
    followed=0
    for fence in .blocks/*.fence; do
        body=${fence%.fence}.body
        read -r -a words <"$fence" || continue
        for word in "${words[@]:1}"; do
            followed=$((followed + 1))
            case $word in
            file=*)
                mkdir -p "$(dirname "${word#file=}")"
                cp "$body" "${word#file=}"
                ;;
            run=*) check_exit "${word#run=}" bash -e "$body" ;;
            *) fail "unknown word on a fence of $1: $word" ;;
            esac
        done
    done
}

# schema_picture: every table, column, constraint, index, trigger and function of the database, one a
# line, in a stable order. (pg_dump of another version than the server's refuses.)
schema_picture() {
    sql "
WITH mine AS (SELECT oid, nspname FROM pg_namespace
               WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname !~ '^pg_')
SELECT concat_ws(' ', c.relkind, c.oid::regclass, pg_get_expr(c.relpartbound, c.oid)) FROM pg_class c JOIN mine n ON n.oid = relnamespace
UNION ALL
SELECT format('column %s.%s %s %s %s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),
              a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN mine n ON n.oid = c.relnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(o.oid))
  FROM pg_constraint o JOIN mine n ON n.oid = connamespace
UNION ALL
SELECT format('%s valid %s', pg_get_indexdef(indexrelid), indisvalid)
  FROM pg_index i JOIN pg_class c ON c.oid = indexrelid JOIN mine n ON n.oid = relnamespace
UNION ALL
SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
  JOIN mine n ON n.oid = relnamespace WHERE NOT tgisinternal
UNION ALL
SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN mine n ON n.oid = pronamespace
ORDER BY 1"
}
