# zdm init: what it makes, which passes its own checks, and that it leaves alone what is there.
source "$ZDM_SOURCE/tests/support/lib.sh"

check_exit 0 "$ZDM" init db
check_golden init.txt "$out"
cmp db/.zdm/meta/zdm.lua "$ZDM_SOURCE/stdlib/meta/zdm.lua"
check_eq "the ledger's folder" 700 "$(stat -c %a db/.zdm)"
library=$(jq -r '.workspace["library"][0]' db/.luarc.json)
[ -f "db/$library/zdm.lua" ] || fail "no annotations in $library"

# Its checks find the plan by its settings, and nothing in it; it can be read without a target.
cd db
check_exit 0 "$ZDM" check --format json
check_eq "what is checked" "plans/first.lua" "$(jq -r '[.statements[].file] | unique | .[]' "$out")"
check_exit 0 "$ZDM" plan plans/first.lua --offline
check_exit 0 "$ZDM" new second
check_has "$out" plans/second.lua
git init -q . && git add -A
check_eq "what git sees" ".gitignore .luarc.json plans/first.lua plans/second.lua zdm.conf.lua" "$(git ls-files | paste -sd' ')"

# Again, here and with changes: nothing is overwritten, what is missing is made.
echo '-- mine' >plans/first.lua
echo 'node_modules' >.gitignore
rm -r .zdm
check_exit 0 "$ZDM" init
check_eq "what was made" ".zdm .zdm/.gitignore .zdm/meta/zdm.lua" "$(awk '$1 == "made" { print $2 }' "$out" | paste -sd' ')"
check_eq "what was mine" "-- mine node_modules" "$(cat plans/first.lua .gitignore | paste -sd' ')"
cp "$out" again
check_exit 0 "$ZDM" init .
check_eq "made by the third" "" "$(grep ^made "$out" || true)"

# Where it cannot be.
: >taken
check_exit 2 "$ZDM" init taken
check_has "$err" 'cannot make the folder taken'
check_exit 2 "$ZDM" init no/where
check_has "$err" 'cannot make the folder no/where'
mkdir odd && : >odd/plans
check_exit 2 "$ZDM" init odd
check_has "$err" 'cannot make the folder odd/plans'
