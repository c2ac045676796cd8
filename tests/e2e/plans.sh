# Every plan under plans/ runs to its end: the example by its demo, under writes of the old
# application; the template with its soak made short.
source "$ZDM_SOURCE/tests/support/lib.sh"

# --- the demo --------------------------------------------------------------------------------
psql -Xq -v ON_ERROR_STOP=1 -f "$ZDM_SOURCE/plans/demo/users.sql"
(cd "$ZDM_SOURCE" && plans/demo/rename_email.sh) >demo 2>&1 || fail "the demo failed: $(tail -20 demo)"
check_has demo 'errors: 0'
check_has demo '(exit code 3)'
check_has demo 'done      contract  drop column users.email'
made=$(sed -n 's/^The old application made \([0-9]*\) .*/\1/p' demo)
[ "$made" -gt 0 ] || fail "the old application wrote nothing"
check_eq "what the demo leaves" "id,name,created_at,email_address|t|t" "$(sql "
    SELECT (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
             WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped),
           (SELECT attnotnull FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'email_address'),
           count(*) = count(email_address) AND count(*) > 200000 FROM users")"

# --- the template ------------------------------------------------------------------------------
export ZDM_LEDGER=$PWD/ledger.db
sql "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(10, 2) DEFAULT 0);
     INSERT INTO orders SELECT i, i / 7.0 FROM generate_series(1, 1000) AS i; ANALYZE orders"
sed 's/soak "48h"/soak "1ms"/' "$ZDM_SOURCE/plans/template.lua" >template.lua
check_exit 3 "$ZDM" run template.lua --format json
cp "$out" json
check_exit 0 "$ZDM" approve template.lua "nobody reads total" --note "reports moved"
check_exit 0 "$ZDM" run template.lua
check_eq "what the template leaves" "id,total_cents,note|1000|f" "$(sql "
    SELECT (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
             WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped),
           count(total_cents), bool_or(total_cents <> round(id / 7.0, 2) * 100) FROM orders")"

# --- what --format json says is in its page ------------------------------------------------------
for command in "plan template.lua" "plan --offline missing.lua" "status template.lua" status "log template.lua" \
    'approve template.lua "nobody reads total" --note again' "run template.lua"; do
    eval "\"\$ZDM\" $command --format json" >>json 2>>json.err || true
done
# A column name is data, not a field.
for key in $(grep -o '"[a-z_]*":' json | tr -d '":' | sort -u | grep -v '^total_cents$'); do
    grep -q "\`$key\`" "$ZDM_SOURCE/docs/reference/json.md" || fail "docs/reference/json.md does not know $key"
done

for plan in "$ZDM_SOURCE"/plans/*.lua; do
    [ -f "$ZDM_SOURCE/tests/rehearsals/$(basename "$plan")" ] ||
        grep -q "plans/$(basename "$plan")" "$ZDM_SOURCE"/tests/e2e/*.sh || fail "$plan has no test"
done

# The plan that zdm init writes.
check_exit 0 "$ZDM" init begun
check_exit 0 "$ZDM" run begun/plans/first.lua
check_eq "what it leaves" "id,loud" "$(sql "SELECT string_agg(attname, ',' ORDER BY attname) FROM pg_attribute
    WHERE attrelid = 'greetings'::regclass AND attnum > 0 AND NOT attisdropped")"
