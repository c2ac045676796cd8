# docs/reference/rules is made from the rule table, the pages, and what zdm check says of the examples.
source "$ZDM_SOURCE/tests/support/lib.sh"
folder=$ZDM_SOURCE/docs/reference/rules

mkdir rules
check_exit 0 "$ZDM" --dump-rules
cp "$out" rules/README.md
check_exit 0 "$ZDM" explain --format json
sed '/"notes": \[/,$d' "$out" | grep -o '"rule": "[^"]*"' | cut -d'"' -f4 >ids
[ -s ids ] || fail "zdm explain lists no rules"
while read -r id; do
    check_exit 0 "$ZDM" --dump-rule "$id"
    cp "$out" "rules/$id.md"
    check_has rules/README.md "($id.md)"
done <ids

if [ "${ZDM_ACCEPT:-}" = 1 ]; then
    rm -rf "$folder"
    cp -r rules "$folder"
fi
diff -ru "$folder" rules >&2 ||
    fail "docs/reference/rules is out of date: ZDM_ACCEPT=1 and this test makes it anew"

# The list shows every rule, and a rule's page is what the reference says.
check_exit 0 "$ZDM" explain
[ "$(wc -L <"$out")" -le 80 ] || fail "zdm explain is wider than 80 columns"
while read -r id; do
    check_has "$out" " $id"
done <ids
cp "$out" list
check_exit 0 "$ZDM" explain rewrite-volatile-default
check_golden explain_rule.txt "$out"
check_exit 2 "$ZDM" explain rewrite-volatile-defalt
check_has "$err" 'did you mean rewrite-volatile-default?'
check_exit 2 "$ZDM" explain vacuum
check_has "$err" 'rules of that kind: rewrite-vacuum-full'
check_exit 2 "$ZDM" explain x
check_has "$err" 'zdm explain lists all rules'
check_exit 0 "$ZDM" explain unused-allow
check_has "$out" "an allow comment that nothing needs"
check_exit 0 "$ZDM" explain unused-allow --format json
check_has "$out" '"area": "notes"'
