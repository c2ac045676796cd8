#!/bin/bash
# The example from beginning to end, against a throw-away server:
#
#     zdm sandbox --setup plans/demo/users.sql -- plans/demo/rename_email.sh
#
# Shows the dry run; expands and backfills while the old application writes; stops at the gate;
# approves; contracts.
set -euo pipefail

zdm=${ZDM:-zdm}
plan=plans/rename_email.lua
export ZDM_LEDGER=$ZDM_SANDBOX/ledger.db
work=$(mktemp -d)
trap 'touch "$work/stop"; wait; rm -rf "$work"' EXIT

# Shows a command as typed, runs it, and minds its exit code.
say() {
    local expected=$1 code=0
    shift
    printf '\n$ zdm'
    local word
    for word in "$@"; do
        case $word in
        *' '*) printf ' "%s"' "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$zdm" "$@" || code=$?
    if [ "$code" -ne "$expected" ]; then
        echo "demo: exit code $code where $expected was expected" >&2
        exit 1
    fi
    [ "$code" -eq 0 ] || echo "(exit code $code)"
}

echo "--- The plan, as a reviewer sees it ------------------------------------------"
say 0 plan --offline "$plan"

echo
echo "--- Expand and backfill, while the old application writes through email ------"
bash plans/demo/old_app.sh "$work" &
say 3 run "$plan"
say 0 status "$plan"

touch "$work/stop"
wait
errors=$(grep -c . "$work/errors" || true)
echo
echo "The old application made $(cat "$work/done") INSERTs and UPDATEs meanwhile; errors: $errors"
if [ "$errors" -ne 0 ]; then
    head -5 "$work/errors" >&2
    exit 1
fi

echo
echo "--- The new application is everywhere: approve and contract ------------------"
say 0 approve "$plan" "old code is gone" --note "app v2 is live"
say 0 run "$plan"

echo
echo "--- What is left -------------------------------------------------------------"
# Without a pager: it would wait for a key.
psql -X -P pager=off -c 'SELECT * FROM users ORDER BY id LIMIT 3' \
    -c 'SELECT count(*) AS users, count(email_address) AS with_email_address FROM users'
say 0 log "$plan"

echo
echo "users.email became users.email_address, and no application noticed. To go through it yourself:"
echo "docs/tutorial.md"
