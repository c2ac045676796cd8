# The way back of a plan: up, down, up; refusals; kill -9 at every failpoint on the way.
source "$ZDM_SOURCE/tests/support/lib.sh"
plan=$ZDM_SOURCE/tests/support/plans/rollback.lua

PGDATABASE=postgres sql 'CREATE DATABASE rollback_base' >/dev/null
PGDATABASE=rollback_base sql "
    CREATE TABLE people (id int PRIMARY KEY, n int, email text);
    CREATE INDEX people_n ON people (n);
    CREATE TABLE audit (what text PRIMARY KEY);
    INSERT INTO people SELECT i, i, 'p' || i FROM generate_series(1, 100) AS i"
PGDATABASE=rollback_base sql "ANALYZE people"

new_target() {
    fresh_db rollback rollback_base
    rm -rf ledger.db*
    export ZDM_LEDGER=$PWD/ledger.db
}

# The schema, the rows that zdm did not only copy, and what the journal thinks is there.
picture() {
    schema_picture
    sql "SELECT id, n, email FROM people ORDER BY id"
    sql "SELECT what FROM audit ORDER BY what"
    sql "SELECT step, item, state FROM zdm.journal WHERE state <> 'undone' ORDER BY step COLLATE \"C\", item"
    sql "SELECT step, slice, state FROM zdm.cursor"
}

up() {
    check_exit 3 "$ZDM" run "$plan"
    check_exit 0 "$ZDM" approve "$plan" checked --note tested
    check_exit 0 "$ZDM" run "$plan"
}

# --- never run, and a plan that has nothing to take back
new_target
check_exit 0 "$ZDM" rollback "$plan"
check_has "$out" "nothing to take back"
check_eq "no schema is made for that" 0 "$(sql "SELECT count(*) FROM pg_namespace WHERE nspname = 'zdm'")"

# --- what the undo of a hook loses nobody can look up
hooked() {
    check_exit 4 "$ZDM" rollback "$plan" "$@"
    check_has <(tr -s ' \n' ' ' <"$err") 'what the undo function of "note" loses is not known'
    check_has <(tr -s ' \n' ' ' <"$err") 'what the undo function of "note alone" loses is not known'
}

# --- up, down, up: the second time as the first
check_exit 3 "$ZDM" run "$plan"
check_exit 0 "$ZDM" rollback "$plan" --accept-data-loss
picture >nothing_done
up
picture >all_done
hooked
hooked --dry-run
check_exit 0 "$ZDM" rollback "$plan" --accept-data-loss --dry-run
cp "$out" dry_run
check_has dry_run "11 steps to take back"
picture >still_done
cmp all_done still_done
check_exit 0 "$ZDM" rollback "$plan" --accept-data-loss
check_has "$out" "rolled back: 11 steps"
picture >taken_back
diff nothing_done taken_back
check_exit 0 "$ZDM" status "$plan"
check_has "$out" "rolled back, 0 of 11 steps done"
check_exit 0 "$ZDM" log "$plan"
check_has "$out" "step-undone"
up
picture >done_again
diff all_done done_again

# --- as far as a step; the gate is closed again and its approval void
check_exit 0 "$ZDM" rollback "$plan" --to copy
check_eq "the backfill stays" done "$(sql "SELECT max(state) FROM zdm.cursor")"
check_exit 3 "$ZDM" run "$plan"
check_has "$out" "not approved"
check_lacks "$out" "restored to an earlier point"
check_exit 2 "$ZDM" rollback "$plan" --to logg
check_has "$err" 'did you mean "log"?'
# The mirror of another machine that missed all that.
rm -rf ledger.db*
check_exit 3 "$ZDM" run "$plan"

# --- what would be lost is said, and nothing is done
check_exit 4 "$ZDM" rollback "$plan" --to "add column"
check_has "$err" '"copy"'
check_has "$err" 'which stays'
sql "INSERT INTO changes VALUES (1)"
before=$(schema_picture)
check_exit 4 "$ZDM" rollback "$plan"
check_has "$err" "the rollback would lose data"
check_has "$err" "table changes"
check_lacks "$err" "email_address"
check_eq "nothing was changed" "$before" "$(schema_picture)"
check_exit 4 "$ZDM" rollback "$plan" --dry-run --format json
check_has "$out" '"code": "refused"'
check_exit 0 "$ZDM" rollback "$plan" --accept-data-loss --format json
check_has "$out" '"event":"step-undone"'
check_has "$out" '"message":"rolled back"'
picture >taken_back
diff nothing_done taken_back

# --- steps without an undo, all of them at once
cat >none.lua <<'EOF'
return plan "none" {
  api = 1,
  expand {
    sql "a" "ALTER TABLE people ADD COLUMN a int",
    command "b" { argv = { "true" } },
    hook "c" { run = function() end },
    sql "d" "CREATE TABLE IF NOT EXISTS d (id int)",
    sql "e" "ALTER TABLE people ADD COLUMN e int" { undo = "nothing" },
  },
}
EOF
check_exit 0 "$ZDM" run none.lua
check_exit 4 "$ZDM" rollback none.lua
check_has "$err" '3 steps cannot be taken back'
check_has "$err" '"b" (line 5)'
check_has "$err" '"c" (line 6)'
check_has "$err" '"d" (line 7): it may have been there before'
check_exit 0 "$ZDM" rollback none.lua --to d
check_eq "left as it is" 1 "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 'people'::regclass AND attname = 'e'")"

# --- an undo that fails stays where it is; corrected, it goes on
cat >broken.lua <<'EOF'
return plan "broken" {
  api = 1,
  expand {
    sql "first" "CREATE TABLE one (id int)",
    sql "second" "CREATE TABLE two (id int)" { undo = "DROP TABLE two; DROP VIEW twoo" },
    sql "third" "CREATE TABLE three (id int)",
  },
}
EOF
check_exit 0 "$ZDM" run broken.lua
check_exit 1 "$ZDM" rollback broken.lua
check_has "$err" 'broken.lua:5'
check_has "$err" 'could not be taken back'
check_has "$err" 'the steps behind "second" are taken back, it and those before are as'
check_eq "stays there" "one two" "$(sql "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relname IN ('one', 'two', 'three')")"
sed -i 's/; DROP VIEW twoo//' broken.lua
check_exit 0 "$ZDM" rollback broken.lua
check_eq "and goes on" 0 "$(sql "SELECT count(*) FROM pg_class WHERE relname IN ('one', 'two', 'three')")"

# --- what the contract destroyed
cat >gone.lua <<'EOF'
return plan "gone" {
  api = 1, alongside = "none", because = "that one stays half done here",
  gate "now" { sql "yes" "SELECT true" },
  contract { sql "drop" "ALTER TABLE people DROP COLUMN n" { undo = "ALTER TABLE people ADD COLUMN n int" } },
}
EOF
check_exit 0 "$ZDM" run gone.lua
check_exit 4 "$ZDM" rollback gone.lua
check_has "$err" 'the values of column people.n, about 100 rows, gone since "drop"'
check_exit 0 "$ZDM" rollback gone.lua --accept-data-loss
check_eq "empty, and there" "100|0" "$(sql "SELECT count(*), count(n) FROM people")"

# --- a begun step goes too: a build that nobody finished
new_target
check_exit 0 "$ZDM" run "$plan" --until "sync people.email <-> email_address"
hold_lock "INSERT INTO people VALUES (-1, -1, 'x')"
"$ZDM" run "$plan" >run.out 2>&1 &
runner=$!
wait_until "SELECT count(*) FROM pg_index WHERE NOT indisvalid" 1
kill -9 "$runner"
wait "$runner" || true
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'zdm/rollback'" >/dev/null
release_lock
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'zdm/rollback'" 0
check_exit 0 "$ZDM" rollback "$plan" --accept-data-loss --dry-run
check_has "$out" "(begun, not done)"
check_exit 0 "$ZDM" rollback "$plan" --accept-data-loss
picture >taken_back
diff nothing_done taken_back

# --- kill -9 at every failpoint that a rollback passes: the first time, then on back; later, then forward
up
sql "DROP DATABASE IF EXISTS rollback_done" -d postgres
sql "CREATE DATABASE rollback_done TEMPLATE rollback" -d postgres
cp ledger.db done.ledger
for point in start.before:1 takeover.after:1 journal.before:1 journal.after:1 commit.after:1 ledger.before:1 \
    ledger.after:1 alone.started:1 alone.after:1 hook.inside:1 journal.before:2 commit.after:2 alone.started:2; do
    fresh_db rollback rollback_done
    rm -f ledger.db*
    cp done.ledger ledger.db
    check_exit 137 env ZDM_FAILPOINT="$point" "$ZDM" rollback "$plan" --accept-data-loss
    if [ "${point#*:}" -eq 2 ]; then
        code=0
        "$ZDM" run "$plan" >run.out 2>&1 || code=$?
        [ "$code" -eq 0 ] || up
        picture >again
        diff all_done again || fail "killed at $point, then run"
    else
        "$ZDM" rollback "$plan" --accept-data-loss >run.out 2>&1 || fail "killed at $point: $(cat run.out)"
        check_lacks run.out "restored to an earlier point"
        picture >again
        diff nothing_done again || fail "killed at $point, then rolled back"
    fi
done
