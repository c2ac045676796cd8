# rehearse.sh NAME: the plan of that name, rehearsed with the clients of NAME.lua beside this file. On three ways up, one
# of them back before and one of them killed, they see no error and lose nothing. The plan is a recipe's, a story of
# plans/, or one of an awkward table, in plans/ beside this file. With ZDM_LONG_REHEARSALS=1 (make matrix) there are
# more clients and more kills.
#
# A load that begins with "-- breaks: TEXT" is of a plan for which that is the one thing that breaks; with "-- long", of
# one with so many steps that only make matrix rehearses it.
source "$ZDM_SOURCE/tests/support/lib.sh"

here=$ZDM_SOURCE/tests/rehearsals
plan=$ZDM_SOURCE/plans/recipes/$1.lua
[ -f "$plan" ] || plan=$ZDM_SOURCE/plans/$1.lua
[ -f "$plan" ] || plan=$here/plans/$1.lua
[ -f "$here/$1.lua" ] || fail "tests/rehearsals/$1.lua is missing: what do old and new code do beside this plan?"
schema=$here/$1.sql
[ -f "$schema" ] || schema=$(dirname "$plan")/$(grep -om1 '[a-z]*\.sql' "$plan")
[ -f "$schema" ] || schema=$here/$(basename "$schema")
cat "$here"/{words,"$1"}.lua >load.lua

quick=--quick
[ "${ZDM_LONG_REHEARSALS:-}" != 1 ] || quick=
if [ -n "$quick" ] && grep -q '^-- long' "$here/$1.lua"; then
    echo "skipped: it takes minutes; ZDM_LONG_REHEARSALS=1 runs it"
    exit 77
fi
breaks=$(sed -n '1s/^-- breaks: //p' "$here/$1.lua")
# Who waits for a lock that is held too long waits longer than this; a busy machine may keep anybody waiting.
check_exit $([ -z "$breaks" ] && echo 0 || echo 4) "$ZDM" rehearse "$plan" --schema "$schema" \
    --data "$here/audit.sql" --load load.lua $quick --seed 1 --max-stall 15s
check_eq "things that break" "${breaks:+1}" "$(grep -c '^broke' "$out" | sed 's/^0$//')"
[ -z "$breaks" ] || check_has "$out" "$breaks"
