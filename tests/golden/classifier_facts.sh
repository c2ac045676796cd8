# docs/internals/classifier-facts.md: what it names is there, and no fact and no rule is missing.
source "$ZDM_SOURCE/tests/support/lib.sh"
page=$ZDM_SOURCE/docs/internals/classifier-facts.md

# The last two columns of a table: the file and a text in backquotes that stands in it.
n=0
while IFS='|' read -r file text; do
    [[ "$file" = */* ]] || file=tests/truth/corpus/$file
    [ -f "$ZDM_SOURCE/$file" ] || fail "no such file: $file"
    check_has "$ZDM_SOURCE/$file" "$text"
    n=$((n + 1))
done < <(sed -n 's/^|.* | \([^ |]*\) | `\(.*\)` |$/\1|\2/p' "$page")
check_eq "rows of the tables" "$(grep -c '` |$' "$page")" "$n"

for fact in $(seq 28); do
    check_has "$page" "| $fact | "
done

# Where facts are read.
while read -r source; do
    [ -f "$ZDM_SOURCE/engine/$source" ] || [ -f "$ZDM_SOURCE/engine/catalog/sql/$source" ] ||
        fail "no such source: $source"
done < <(grep '^| [0-9]' "$page" | cut -d'|' -f4 | grep -oE '[a-z_/]+\.(sql|c|h)' | sort -u)

"$ZDM" explain --format json >rules.json
sed '/"notes": \[/,$d' rules.json | grep -o '"rule": "[^"]*"' | cut -d'"' -f4 | sort >rules
[ -s rules ] || fail "zdm explain lists no rules"
sed '1,/^## Rules/d' "$page" | sed -n 's/^| \([a-z0-9-]*\) | .*` |$/\1/p' | sort >told
diff rules told >&2 || fail "the rules of docs/internals/classifier-facts.md are not those of zdm explain"
