# zdm resolve: what only a person can know.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'CREATE TABLE users (id int PRIMARY KEY, n int, m int);
     INSERT INTO users SELECT i, 0 FROM generate_series(1, 1000) AS i; ANALYZE users'
cat >p.lua <<'EOF2'
return plan "p" { api = 1,
  expand {
    sql "one" [[ALTER TABLE users ADD COLUMN one int]],
    command "call" { argv = { "sh", "-c", "echo x >>calls" }, idempotent = true },
    sql "index" [[CREATE INDEX CONCURRENTLY users_n ON users (n)]],
    sql "taken" [[ALTER TABLE users ADD COLUMN taken int]],
  },
  backfill "same" { table = "users", set = { m = "id" } },
  backfill "more" { table = "users", set = { n = "n + 1" } },
  gate "go" { approval "yes" },
  contract { sql "last" [[ALTER TABLE users ALTER m SET DEFAULT 1]] },
}
EOF2
journal() { # STEP COLUMN
    sql "SELECT $2 FROM zdm.journal WHERE plan = 'p' AND step = '$1'"
}

# What makes no sense is refused, and changes nothing.
refused() { # CODE TEXT ARGUMENTS...
    local code=$1 text=$2
    shift 2
    check_exit "$code" "$ZDM" resolve p.lua "$@"
    tr -s ' \n' ' ' <"$err" >flat
    check_has flat "$text"
}
refused 2 'is the step done or not?' one --because x
refused 2 'is the step done or not?' one --done --not-done --because x
refused 2 'the answer needs a reason' one --done
refused 2 'the answer needs a reason' one --done --because ' '
refused 2 'has no step "onne"' onne --done --because x
check_has "$err" 'did you mean "one"?'
refused 4 'step "one" never began' one --not-done --because x
check_eq "no schema is made for that" 0 "$(sql "SELECT count(*) FROM pg_namespace WHERE nspname = 'zdm'")"
refused 4 'step "one" stands before "index" and is not done' index --done --because x
refused 4 '"go" is a gate' go --done --because x
cat >first.lua <<'EOF2'
return plan "first" { api = 1, expand { sql "no" [[SELECT 1]] } }
EOF2
check_exit 0 "$ZDM" run first.lua
refused 4 'step "one" never began' one --not-done --because x
check_eq "nor a plan" first "$(sql 'SELECT string_agg(name, $$ $$) FROM zdm.plan')"

# A command that was killed with its runner: nobody but a person knows whether it was heard.
code=0
ZDM_FAILPOINT=alone.after "$ZDM" run p.lua >"$out" 2>"$err" || code=$?
check_eq "killed" 137 "$code"
check_eq "announced" started "$(journal call state)"
check_exit 0 "$ZDM" verify
tr -s ' \n' ' ' <"$out" >flat
check_has flat 'outside a transaction and not finished'
check_has flat 'zdm resolve'
check_exit 0 "$ZDM" resolve p.lua call --done --because "its log has it" --format json
check_has "$out" '"was": "started"'
check_eq "done" 'done its log has it' "$(journal call "state || ' ' || (detail #>> '{resolved,because}')")"
check_exit 0 "$ZDM" log p.lua
check_has "$out" 'its log has it'
refused 4 'step "call" is done already' call --done --because x

# Mended by hand: the column is there already, the run fails, and goes on.
sql 'ALTER TABLE users ADD COLUMN taken int'
check_exit 1 "$ZDM" run p.lua
check_eq "the command ran once" 1 "$(wc -l <calls)"
check_exit 0 "$ZDM" resolve p.lua taken --done --because "added by hand last week"
check_exit 3 "$ZDM" run p.lua
check_eq "both backfills are done" "1000 1000" "$(sql 'SELECT sum((m = id)::int), sum(n) FROM users' -F ' ')"

# The other way: an index that was dropped by hand is built again; a step that would do harm twice is not.
sql 'DROP INDEX users_n'
check_exit 7 "$ZDM" verify
check_exit 0 "$ZDM" resolve p.lua index --not-done --because "dropped by hand"
refused 4 'was taken back already' index --not-done --because x
check_exit 0 "$ZDM" verify
tr -s ' \n' ' ' <"$out" >flat
check_has flat 'that it is not done: the next run does it'
check_exit 3 "$ZDM" run p.lua
check_eq "built again" t "$(sql "SELECT indisvalid FROM pg_index WHERE indexrelid = 'users_n'::regclass")"
check_exit 0 "$ZDM" verify
refused 4 'done twice its change may be another one' more --not-done --because x

# A backfill whose change makes no difference the second time walks again.
sql 'UPDATE users SET m = NULL WHERE id > 500'
check_exit 0 "$ZDM" resolve p.lua same --not-done --because "somebody emptied m"
check_exit 3 "$ZDM" run p.lua
check_eq "done again" "1000 1000" "$(sql 'SELECT sum((m = id)::int), sum(n) FROM users' -F ' ')"

# Of one that is half done nobody can say that it is done.
check_exit 0 "$ZDM" resolve p.lua same --not-done --because "once more"
ZDM_FAILPOINT=batch.before check_exit 137 "$ZDM" run p.lua
refused 4 'is under way' same --done --because "looks done"
check_exit 3 "$ZDM" run p.lua

# A changed definition that a person takes for done.
sed 's/ADD COLUMN one int/ADD COLUMN IF NOT EXISTS one int/' p.lua >q.lua
check_exit 7 "$ZDM" run q.lua
check_exit 0 "$ZDM" resolve q.lua one --done --because "the same but for IF NOT EXISTS"
check_exit 3 "$ZDM" run q.lua
check_exit 0 "$ZDM" resolve p.lua one --done --because "and back"

# Behind an opened gate it is too late.
"$ZDM" approve p.lua go --note x >"$out"
check_exit 0 "$ZDM" run p.lua --until go
refused 4 'gate "go" was opened behind step "index"' index --not-done --because x

# While a run holds the plan nobody answers for it; what the run wrote stands.
hold_lock 'LOCK TABLE users IN ACCESS SHARE MODE'
"$ZDM" run p.lua >run.out 2>run.err &
runner=$!
wait_until "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1" 1
check_exit 5 "$ZDM" resolve p.lua last --done --because x
release_lock
wait "$runner"
check_eq "done by the run" done "$(journal last state)"
check_eq "the resolved rows are a person's" "$(id -un)" "$(journal taken "split_part(who, '@', 1)")"
