# The pages for users are true: the tutorial is followed from top to bottom, and every complete plan of
# every page loads.
#
# A fence may say:   ```lua file=NAME   ```sql file=NAME   (written to that file)
#                    ```sh run=CODE     (run; must exit with CODE)   ```sql run   (run by psql)
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
mkdir bin
ln -s "$ZDM" bin/zdm
export PATH=$PWD/bin:$PATH

# Splits a page into blocks/NNN.body and blocks/NNN.fence.
blocks_of() {
    rm -rf blocks
    mkdir blocks
    awk '
        /^```/ && !inside { inside = 1; n++; name = sprintf("blocks/%03d", n)
                            print substr($0, 4) > (name ".fence"); printf "" > (name ".body"); next }
        /^```/ { inside = 0; close(name ".fence"); close(name ".body"); next }
        inside { print > (name ".body") }' "$1"
}

blocks_of "$ZDM_SOURCE/docs/tutorial.md"
followed=0
for fence in blocks/*.fence; do
    body=${fence%.fence}.body
    read -r -a words <"$fence"
    for word in "${words[@]:1}"; do
        followed=$((followed + 1))
        case $word in
        file=*)
            cp "$body" "${word#file=}"
            # The page sets it up by zdm sandbox --setup.
            if [ "$word" = file=shop.sql ]; then psql -Xq -v ON_ERROR_STOP=1 -f shop.sql; fi
            ;;
        run=*) check_exit "${word#run=}" bash -e "$body" ;;
        run) psql -Xq -v ON_ERROR_STOP=1 -f "$body" ;;
        *) fail "unknown word on a fence of the tutorial: $word" ;;
        esac
    done
done
[ "$followed" -ge 10 ] || fail "only $followed steps were found in the tutorial"
check_eq "what the tutorial leaves" "id,name,email_address|20000|new@example.com" "$(sql "
    SELECT (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
             WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped),
           count(email_address), max(email_address) FILTER (WHERE id = 2) FROM users")"

plans=0
for page in "$ZDM_SOURCE"/README.md "$ZDM_SOURCE"/docs/*.md "$ZDM_SOURCE"/docs/*/*.md; do
    blocks_of "$page"
    for fence in blocks/*.fence; do
        [ -e "$fence" ] || continue
        body=${fence%.fence}.body
        grep -q '^lua' "$fence" && grep -q '^return plan' "$body" || continue
        case $(cat "$fence") in
        *typo.lua*) code=2 ;;
        *hurts.lua*) code=4 ;;
        *) code=0 ;;
        esac
        cp "$body" example.lua
        check_exit "$code" zdm plan --offline example.lua
        plans=$((plans + 1))
    done
done
# The README shows the example as it is, and the dry run that zdm really prints.
blocks_of "$ZDM_SOURCE/README.md"
body=$(grep -l '^return plan' blocks/*.body)
diff "$body" <(cat "$ZDM_SOURCE/plans/rename_email.lua") >&2 || fail "the plan in README.md is not the example"
(cd "$ZDM_SOURCE" && zdm plan --offline plans/rename_email.lua) >dry_run
body=$(grep -l '^\$ zdm plan' blocks/*.body)
while IFS= read -r line; do
    case $line in
    '$ zdm plan'* | '  (step'*) ;;
    *) grep -qxF -- "$line" dry_run || fail "README.md shows a line that zdm plan does not print: $line" ;;
    esac
done <"$body"
# And what zdm check really says of its SQL.
body=$(grep -l '^\$ zdm check' blocks/*.body)
cp "$(grep -l '^CREATE INDEX orders_status' blocks/*.body | head -1)" 7_status.sql
check_exit 4 zdm check --offline --no-config 7_status.sql
diff <(tail -n +2 "$body") "$out" >&2 || fail "README.md does not show what zdm check prints"

echo "$followed steps of the tutorial, $plans plans of all pages"
