# What a reviewer reads: plans as text and JSON, and everything that is wrong with one.
source "$ZDM_SOURCE/tests/support/lib.sh"
input=$ZDM_SOURCE/tests/golden/input
cp "$input"/*.lua "$ZDM_SOURCE/plans/rename_email.lua" .

check_exit 0 "$ZDM" plan add_name.lua
check_golden plan_add_name.txt "$out"
check_eq "stderr" "" "$(cat "$err")"
check_exit 0 "$ZDM" plan add_name.lua --format json
check_golden plan_add_name.json "$out"
check_exit 0 "$ZDM" plan map_name.lua
check_golden plan_map_name.txt "$out"
check_exit 0 "$ZDM" plan rename_email.lua
check_golden plan_rename_email.txt "$out"

# A second reading gives the same bytes; colour only changes colour.
check_exit 0 "$ZDM" plan rename_email.lua --color always
sed 's/\x1b\[[0-9]*m//g' "$out" >colourless
check_golden plan_rename_email.txt colourless
! cmp -s colourless "$out" || fail "--color always has no colour"

# As a comment for a pull request, in which nothing of the plan formats, mentions or ends anything.
check_exit 0 "$ZDM" plan rename_email.lua --format markdown
check_golden plan_rename_email.md "$out"
check_exit 0 "$ZDM" plan hostile.lua --format markdown
check_golden plan_hostile.md "$out"
awk '!n && /^```+(sql|text)$/ { sub(/[a-z]+$/, ""); n = length($0); next }
    n && /^```+$/ && length($0) >= n { n = 0; next }
    !n' "$out" >outside
check_lacks outside '@everyone'
check_lacks outside '<script'
check_eq "folds" 2 "$(grep -c '^</details>$' outside)"
check_exit 4 "$ZDM" plan unsafe.lua --format markdown
check_golden plan_unsafe.md "$out"
check_eq "stderr" "" "$(cat "$err")"
check_exit 2 "$ZDM" plan mistakes.lua --format markdown
check_has "$out" 'errors'

# As a script for psql (tests/e2e/plan_sql.sh runs some).
check_exit 0 "$ZDM" plan rename_email.lua --format sql
check_golden plan_rename_email.sql "$out"
check_exit 2 "$ZDM" plan mistakes.lua --format sql
check_eq "stdout" "" "$(cat "$out")"

# However long a plan is, the comment is short enough, and says what it leaves out.
{
    printf 'return plan "long" { api = 1, expand {\n'
    for i in $(seq 200); do
        printf 'sql "step %s" [[ALTER TABLE t%s ADD COLUMN a text DEFAULT %s]],\n' "$i" "$i" "'$(printf 'x%.0s' {1..400})'"
    done
    printf '} }\n'
} >long.lua
check_exit 0 "$ZDM" plan long.lua --format markdown
[ "$(wc -c <"$out")" -lt 65536 ] || fail "the comment is too long"
check_has "$out" '| 200 | expand | step 200 |'
check_has "$out" 'more steps are not shown: `zdm plan` has them.'
check_exit 0 "$ZDM" plan long.lua
check_has "$out" '200. step 200'
printf 'return plan "empty" { api = 1 }\n' >empty.lua
check_exit 2 "$ZDM" plan empty.lua --format markdown

# Every mistake at once, in the order of the file; nothing on stdout.
check_exit 2 "$ZDM" plan mistakes.lua
check_golden plan_mistakes.txt "$err"
check_eq "stdout" "" "$(cat "$out")"
cp "$err" from_plan
check_exit 2 "$ZDM" run mistakes.lua --db "host=/nonexistent"
cmp from_plan "$err"
check_exit 2 "$ZDM" status mistakes.lua --db "host=/nonexistent"
cmp from_plan "$err"
check_exit 2 "$ZDM" plan mistakes.lua --format json
check_golden plan_mistakes.json "$out"
check_eq "stderr" "" "$(cat "$err")"
check_exit 2 "$ZDM" run mistakes.lua --format json
check_eq "lines" 1 "$(wc -l <"$out")"
check_has "$out" '"event":"run-end"'
check_has "$out" '"exit_code":2'

# Refused is another exit code than wrong.
check_exit 4 "$ZDM" plan unsafe.lua
check_golden plan_unsafe.txt "$err"
check_exit 4 "$ZDM" plan unsafe.lua --format json
check_has "$out" '"code": "refused"'

check_exit 2 "$ZDM" plan missing.lua
check_golden plan_missing.txt "$err"

# A target is asked only when it is named, and a password stays unsaid.
ZDM_DATABASE_URL="host=/nonexistent password=hunter2" check_exit 0 "$ZDM" plan rename_email.lua --offline
check_exit 1 "$ZDM" plan rename_email.lua --db "postgresql://ann:hunter2@/shop?host=/nonexistent"
check_has "$err" "/nonexistent"
check_lacks "$err" "hunter2"
check_eq "stdout" "" "$(cat "$out")"
check_exit 1 "$ZDM" plan rename_email.lua --format json --db "host=/nonexistent password=hunter2"
check_has "$out" '"exit_code": 1'
check_lacks "$out" "hunter2"

# Nothing above has left a ledger behind.
[ ! -e .zdm ] || fail ".zdm was made"
