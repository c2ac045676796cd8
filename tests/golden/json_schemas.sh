# The published schemas take what zdm prints, and nothing else: a field more or less is told. (Scripts
# that ask for JSON with check_exit have all of it compared: see tests/support/run.sh.)
source "$ZDM_SOURCE/tests/support/lib.sh"
compare() { python3 "$ZDM_SOURCE/tests/support/json_schemas.py" "$ZDM_SOURCE/docs/reference/schemas" "$1"; }
cp "$ZDM_SOURCE/tests/golden/input/add_name.lua" "$ZDM_SOURCE/tests/golden/input/check_shop.sql" .

check_exit 0 "$ZDM" plan add_name.lua --format json
cp "$out" plan.json
check_exit 2 "$ZDM" check check_shop.sql -f json
check_exit 0 "$ZDM" explain rewrite-volatile-default --format=json
check_exit 2 "$ZDM" status missing.lua --format json
check_exit 2 "$ZDM" run missing.lua --format json
check_eq "kept for run.sh" 5 "$(find .json -type f | wc -l)"

# spoil NAME CHANGE: the plan's JSON with a change of its Python value d must not pass.
spoil() {
    mkdir "$1"
    python3 -c "import json; d = json.load(open('plan.json')); $2; json.dump(d, open('$1/plan.1', 'w'))"
    check_exit 1 compare "$1"
    check_has "$out" "plan.schema.json"
}
spoil more "d['news'] = 1"
spoil deep "d['steps'][0]['statements'][0]['locks'][0]['news'] = 1"
spoil less "del d['summary']"
spoil type "d['steps'][0]['line'] = '9'"
spoil value "d['steps'][0]['phase'] = 'shrink'"
mkdir fine none
cp plan.json fine/plan.1
check_exit 0 compare fine
cp plan.json none/unheard.1
check_exit 1 compare none
check_has "$out" "there is no docs/reference/schemas/unheard.schema.json"

# Each is named in the reference.
for schema in "$ZDM_SOURCE"/docs/reference/schemas/*.schema.json; do
    check_has "$ZDM_SOURCE/docs/reference/json.md" "(schemas/${schema##*/})"
done
