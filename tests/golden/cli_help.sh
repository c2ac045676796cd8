# What zdm says about itself: help, reference, version, and mistakes on the command line.
source "$ZDM_SOURCE/tests/support/lib.sh"

check_exit 0 "$ZDM" --help
check_golden help.txt "$out"
cp "$out" overview
check_exit 2 "$ZDM"
cmp overview "$err"
check_exit 0 "$ZDM" help
cmp overview "$out"

for command in check plan run rehearse status verify resolve log approve quarantine explain recipes init new sandbox pause resume cancel tune rollback help; do
    check_exit 0 "$ZDM" "$command" --help
    check_golden "help_$command.txt" "$out"
    cp "$out" one
    check_exit 0 "$ZDM" help "$command"
    cmp one "$out"
    [ "$(wc -L <one)" -le 80 ] || fail "zdm $command --help is wider than 80 columns"
    check_has overview "  $command "
done

check_exit 0 "$ZDM" recipes
check_golden recipes.txt "$out"
for recipe in split_table add_generated; do # one with paragraphs to know, one with a list
    check_exit 0 "$ZDM" recipes "$recipe"
    check_golden "recipes_$recipe.txt" "$out"
done
for recipe in $("$ZDM" recipes | sed -n 's/^  \([a-z_]*\).*/\1/p'); do
    check_exit 0 "$ZDM" recipes "$recipe"
    grep -v -e '^    ' "$out" >one # not what is to be copied
    [ "$(wc -L <one)" -le 80 ] || fail "zdm recipes $recipe is wider than 80 columns"
done
check_exit 2 "$ZDM" recipes split_tables
check_has "$err" "did you mean split_table?"

# The reference page is made from the same tables.
check_exit 0 "$ZDM" --dump-reference
if [ "${ZDM_ACCEPT:-}" = 1 ]; then
    cp "$out" "$ZDM_SOURCE/docs/reference/commands.md"
fi
diff -u "$ZDM_SOURCE/docs/reference/commands.md" "$out" ||
    fail "docs/reference/commands.md is out of date: zdm --dump-reference makes it"

check_exit 0 "$ZDM" --version
grep -Eqx 'zdm [0-9.]+ \(PostgreSQL grammar 15, Lua 5\.4\.[0-9]+, SQLite 3[0-9.]+, libpq [0-9.]+\)' "$out" ||
    fail "odd version: $(cat "$out")"

# Mistakes: exit code 2, nothing on stdout.
mistakes() {
    echo "\$ zdm $*"
    check_exit 2 "$ZDM" "$@"
    check_eq "stdout of zdm $*" "" "$(cat "$out")"
    cat "$err"
}
{
    mistakes rnu
    mistakes help rnu
    mistakes frobnicate
    mistakes --db x run
    mistakes run
    mistakes run a.lua b.lua
    mistakes run a.lua --untill x
    mistakes run a.lua --until
    mistakes run a.lua --sandbox=1
    mistakes run a.lua --sandbox --db x
    mistakes run a.lua --setup x.sql
    mistakes plan a.lua --offline --db x
    mistakes plan a.lua --format yaml
    mistakes status --color
    mistakes approve a.lua
    mistakes approve a.lua "old code"
    mistakes approve a.lua "old code" --note ""
    mistakes sandbox
    mistakes log a.lua --ledger missing.db
} >mistakes
check_golden usage_mistakes.txt mistakes

# A full disk under stdout is an error; a reader that goes away is not.
check_exit 0 bash -c '"$0" --help 2>err2 >/dev/full; [ $? = 1 ] && grep -q "No space left" err2' "$ZDM"
check_exit 0 bash -c 'set -o pipefail; for i in 1 2 3; do "$0" --dump-reference; done | true' "$ZDM"
