#!/bin/bash
# run.sh SCRIPT: runs one test script in a scratch folder of its own.
#
# A script under e2e/ gets a PostgreSQL server of its own (zdm sandbox); ZDM is the zdm to test and
# ZDM_SOURCE the checkout. The folder is removed when the script passes or is interrupted; when it
# fails its path and contents are printed.
set -euo pipefail

script=$(realpath "$1")
support=$(dirname "$(realpath "$0")")
export ZDM_SOURCE=${ZDM_SOURCE:-$(realpath "$support/../..")}
: "${ZDM:?set ZDM to the zdm to test}"
# The environment of whoever runs the tests must not decide their outcome.
unset ZDM_DATABASE_URL DATABASE_URL ZDM_LEDGER ZDM_FAILPOINT "${!PG@}"
export LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1

scratch=$(mktemp -d "${TMPDIR:-/tmp}/zdmtest-XXXXXX")
cd "$scratch"
# Nor may ~/.psqlrc or ~/.pgpass; and what a script types into psql stays out of their history.
export HOME=$scratch/.home
mkdir -p "$HOME/bin"
# Debian's psql is a script in Perl that starts the real one, in four times its time.
psql=$(compgen -G '/usr/lib/postgresql/*/bin/psql' | sort -V | tail -n 1 || true)
if [ -n "$psql" ]; then
    ln -s "$psql" "$HOME/bin/psql"
    PATH=$HOME/bin:$PATH
fi

server=()
case $script in
*/e2e/*) server=("$ZDM" sandbox --) ;;
esac
status=0 interrupted=no
trap 'interrupted=yes' INT TERM HUP
"${server[@]}" bash "$script" "${@:2}" || status=$?

# What a script asked for as JSON with check_exit.
if [ "$status" -eq 0 ] && [ -d .json ]; then
    python3 "$support/json_schemas.py" "$ZDM_SOURCE/docs/reference/schemas" .json || status=1
fi

cd /
if [ "$status" -eq 0 ] || [ "$status" -eq 77 ] || [ $interrupted = yes ]; then # 77: skipped, and it says why
    rm -rf "$scratch"
else
    echo "FAILED with exit code $status; its folder is $scratch:"
    find "$scratch" -maxdepth 2 -printf '%M %8s %P\n' | head -100
fi
exit "$status"
