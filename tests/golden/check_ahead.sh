# zdm check says the same, byte for byte, whether a thread parses ahead or, with one processor, there is none.
source "$ZDM_SOURCE/tests/support/lib.sh"

mkdir many
# The corpus, three of its statements a file, and what is no statement between them.
awk -v RS= '{ file = sprintf("many/%05d.sql", NR / 3); print $0 ";" > file; if (NR % 3 == 2) close(file) }
    NR % 50 == 0 { print "\\i other.sql\nSELECT (1;" > file }' "$ZDM_SOURCE"/tests/truth/corpus/*.sql
cp "$ZDM_SOURCE"/plans/rename_email.lua many/00100_plan.lua
echo 'return 1' >many/00200_no_plan.lua
cat many/*.sql >whole.sql
[ "$(stat -c %s whole.sql)" -gt 100000 ] || fail "too little SQL for a thread"

one=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
compare() { # path, format
    check_exit 2 "$ZDM" check "$1" --format "$2"
    cp "$out" first
    check_exit 2 taskset -c "$one" "$ZDM" check "$1" --format "$2"
    cmp first "$out"
}

for format in text json junit; do
    compare many "$format"
done
compare whole.sql json
