# Every recipe on tables of awkward shapes (tests/shapes/shapes.lua): each is planned, with all of its SQL judged by the
# catalog, or refused with the reason.
source "$ZDM_SOURCE/tests/support/lib.sh"

mkdir plans
lua5.4 "$ZDM_SOURCE/tests/shapes/shapes.lua" plans
PGOPTIONS='-c client_min_messages=error' psql -Xq -v ON_ERROR_STOP=1 -f plans/schema.sql

# One line: that it plans, or why it does not.
try() {
    local name status=0
    name=$(basename "$1" .lua)
    "$ZDM" plan "$1" >"$1.out" 2>"$1.err" || status=$?
    case $status in
    0) echo "$name: plans" ;;
    2 | 4) echo "$name: $(tr -s ' \n' ' ' <"$1.err" | sed -E 's/^([^:]*:[0-9:]* )?error: //; s/ 2 \| .*//; s/^recipe[^:]*: //')" ;;
    *) echo "$name: exit code $status: $(tr -s ' \n' ' ' <"$1.err")" ;;
    esac
}
export -f try
printf '%s\0' plans/*.lua | xargs -0 -n 1 -P 2 bash -c 'try "$0"' | LC_ALL=C sort >answers

# What differs by the server's version: views with the rights of who asks came with 15, NOT NULL as a constraint with 18.
differs='^(partition, drop_not_null|secured, soft_delete|secured, versions):'
case $(sql 'SHOW server_version_num') in
14*) since=14 ;;
15* | 16* | 17*) since=15 ;;
*) since=18 ;;
esac
grep -vE "$differs" answers >same
grep -E "$differs" answers >differing
check_golden shapes same
check_golden "shapes_$since" differing
