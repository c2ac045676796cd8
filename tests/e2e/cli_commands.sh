# What run, status, approve and log print, to people and to programs, from the first look at a plan
# to its last step.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
mkdir plans
cp "$ZDM_SOURCE/plans/rename_email.lua" plans/
sql "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(255) NOT NULL, name text);
     INSERT INTO users SELECT n, 'user' || n, 'User ' || n FROM generate_series(1, 2000) n"

# Times, durations, the target and the user differ from run to run.
mask() {
    sed -zE 's/[ \n]+\(closed[ \n]+for[^)]*\)//g' "$1" | # from the first second on
    sed -E -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:]{8}Z/TIME/g' \
        -e 's/\([0-9.]+ (ms|s|min)/(SPAN/; s/in [0-9.]+ (ms|s|min)( [0-9]+ s)?(;|$)/in SPAN\3/' \
        -e 's/^on .*/on TARGET/; s/( on )[^ ]*(, epoch)/\1TARGET\2/' \
        -e 's/in [0-9]+ batches/in N batches/' \
        -e "s/[^ ]+@$(hostname)/ANN/g" | sed -E 's/ +(TIME ANN)$/  \1/'
}

# --- nothing was run yet -------------------------------------------------------
check_exit 0 "$ZDM" status
check_has "$out" "no plan was run here"
check_exit 0 "$ZDM" status plans/rename_email.lua
mask "$out" >text
check_golden cli_status_new.txt text
check_exit 2 "$ZDM" log plans/rename_email.lua
check_has "$err" "ledger.db"
[ ! -e ledger.db ] || fail "looking made a ledger"
check_eq "looking made no schema" "" "$(sql "SELECT to_regnamespace('zdm')")"

# --- words that were not understood, for programs ------------------------------------
check_exit 2 "$ZDM" run plans/rename_email.lua --untill x --format json
check_has "$out" '"message":"zdm run has no option --untill"'
check_has "$out" '"exit_code":2'
check_eq "stderr of an error in JSON" "" "$(cat "$err")"

# --- a plan by its name ------------------------------------------------------------
check_exit 0 "$ZDM" status rename_email
mask "$out" | diff - text
check_exit 2 "$ZDM" run rename_mail
check_has "$err" 'NAME for plans/NAME.lua'

# --- up to a step, then to the gate -----------------------------------------------
check_exit 0 "$ZDM" run plans/rename_email.lua --until "add column"
mask "$out" >text
check_golden cli_run_until.txt text
check_exit 3 "$ZDM" run plans/rename_email.lua
mask "$out" >text
check_golden cli_run_gate.txt text
check_eq "stderr of a closed gate" "" "$(cat "$err")"
check_exit 0 "$ZDM" status plans/rename_email.lua
mask "$out" >text
check_golden cli_status_gate.txt text
check_exit 0 "$ZDM" status plans/rename_email.lua --format json
check_has "$out" '"state": "waiting"'
check_has "$out" '"kind": "approval"'
# Its file is not here, nor the ledger: what the target knows.
mkdir elsewhere
known() { # without what it cannot know
    jq 'del(.file) | .steps[] |= if .gate then .gate.checks |= (map(del(.kind, .todo)) | sort_by(.id)) else . end' "$out"
}
known >by_file
(cd elsewhere && check_exit 0 "$ZDM" status rename_email --ledger none.db --format json)
check_eq "no file" null "$(jq .file "$out")"
known | diff by_file -
(cd elsewhere && check_exit 0 "$ZDM" status rename_email --ledger none.db)
mask "$out" >text
check_golden cli_status_by_name.txt text
(cd elsewhere && check_exit 2 "$ZDM" status rename_emial --ledger none.db)
check_has "$err" 'knows no plan "rename_emial", and there is no file of that name, nor'
check_has "$err" 'did you mean "rename_email"?'
(cd elsewhere && check_exit 1 "$ZDM" status rename_email --ledger none.db --db host=/nonexistent)
check_has "$err" 'there is no plan file "rename_email"'
check_exit 0 "$ZDM" plan plans/rename_email.lua
check_has "$out" "waiting, gate"
check_exit 0 "$ZDM" status
check_has "$out" "rename_email"

# --- JSON lines --------------------------------------------------------------------
check_exit 3 "$ZDM" run plans/rename_email.lua --format json
while read -r line; do
    case $line in
    '{"at":"'*'}') ;;
    *) fail "not a line of JSON: $line" ;;
    esac
done <"$out"
check_has "$out" '"event":"gate-closed"'
tail -1 "$out" >last
check_has last '"event":"run-end"'
check_has last '"exit_code":3'

# --- approve -------------------------------------------------------------------------
check_exit 2 "$ZDM" approve plans/rename_email.lua "old code is gon" --note x
check_has "$err" "old code is gone"
check_exit 2 "$ZDM" approve plans/rename_email.lua "old code is gone" --note $' \n'
check_has "$err" "needs a note"
check_exit 2 "$ZDM" approve plans/rename_email.lua "old code is gone" --note "$(printf '%05000d' 0)"
check_has "$err" "5000 bytes"
check_exit 0 "$ZDM" approve plans/rename_email.lua "old code is gone" --note "v2 is out"
mask "$out" >text
check_golden cli_approve.txt text
check_exit 0 "$ZDM" approve plans/rename_email.lua "old code is gone" --note "again" --format json
check_has "$out" '"already": true'
check_eq "the first note stays" 1 "$(sql "SELECT count(*) FROM zdm.journal WHERE detail::text LIKE '%v2 is out%'")"

# --- to the end, watched on a terminal --------------------------------------------------
check_exit 0 env -u NO_COLOR TERM=xterm COLUMNS=80 script -qefc \
    "'$ZDM' run plans/rename_email.lua" typescript
check_has "$out" $'\033[32mdone'
check_has "$out" $'\r'
! grep -qa '{"note' ledger.db* || fail "the ledger holds the note as the journal writes it"
check_exit 0 "$ZDM" run plans/rename_email.lua
check_has "$out" "done: nothing was left to do; 8 done before"
check_exit 0 "$ZDM" status plans/rename_email.lua
check_has "$out" "rename_email: done"
check_lacks "$out" "next:"
cp "$out" by_file
(cd elsewhere && check_exit 0 "$ZDM" status rename_email --ledger none.db)
diff by_file "$out"

# --- a finished step that was edited ------------------------------------------------------
cp plans/rename_email.lua edited.lua
sed -i 's/varchar(255)/varchar(300)/' edited.lua
check_exit 7 "$ZDM" status edited.lua
check_has "$out" "changed"
check_has "$err" "varchar(300)"
check_exit 7 "$ZDM" status edited.lua --format json
check_has "$out" '"code": "mismatch"'
check_exit 7 "$ZDM" plan edited.lua
check_exit 7 "$ZDM" run edited.lua

# --- the log -------------------------------------------------------------------------------
check_exit 0 "$ZDM" log plans/rename_email.lua
check_has "$out" "step-done    copy email"
check_has "$out" "approved"
cp "$out" by_file
check_exit 0 "$ZDM" log rename_email
cmp by_file "$out"
check_exit 0 "$ZDM" log rename_email --db "$ZDM_DATABASE_URL"
cmp by_file "$out"
check_exit 0 "$ZDM" log rename_email --format json
check_eq "one line an event" "$(grep -c '^[0-9]' by_file)" "$(wc -l <"$out")"
check_exit 2 "$ZDM" log rename_emial
check_has "$err" 'did you mean "rename_email"?'
# The plan may be gone or broken by now: the ledger knows what its file was called.
echo 'return' >plans/rename_email.lua
check_exit 0 "$ZDM" log plans/rename_email.lua
cmp by_file "$out"
check_exit 0 bash -c 'set -o pipefail; "$0" log rename_email | head -1' "$ZDM"

# --- a role that may not look ------------------------------------------------------------
sql 'CREATE ROLE "Looks On" LOGIN'
looker="$ZDM_DATABASE_URL user='Looks On'"
for command in "status" "status edited.lua" "plan edited.lua" "log rename_email"; do
    # shellcheck disable=SC2086
    check_exit 1 "$ZDM" $command --db "$looker"
    check_has "$err" 'role "Looks On" may not read the schema zdm'
    check_has "$err" 'GRANT USAGE ON SCHEMA'
done
sql 'GRANT USAGE ON SCHEMA zdm TO "Looks On"; GRANT SELECT ON ALL TABLES IN SCHEMA zdm TO "Looks On"'
check_exit 0 "$ZDM" status --db "$looker"
check_exit 0 "$ZDM" log rename_email --db "$looker"

# --- names that look like options: what is printed can be typed -----------------------------
fresh_db dashes
cat >./-dash.lua <<'PLAN'
return plan "dash" { api = 1, gate "--help" { approval "it's $HOME" } }
PLAN
check_exit 3 "$ZDM" run -- -dash.lua
sed -n 's/^  zdm approve/"$ZDM" approve/p' "$out" >next
check_eq "one approval is asked for" 1 "$(wc -l <next)"
check_exit 0 bash next
check_exit 0 "$ZDM" run -- -dash.lua

# --- a command that prints its environment ---------------------------------------------------
cat >env.lua <<'PLAN'
return plan "env" { api = 1, expand {
    command "good" { argv = { "env" } },
    command "bad" { argv = { "sh", "-c", "env; exit 3" } },
} }
PLAN
secret="postgresql:///dashes?host=$PGHOST&port=$PGPORT&user=$PGUSER&password=hunter2"
check_exit 1 "$ZDM" run env.lua --db "$secret" --ledger secret.db
check_has "$err" "exited with 3"
check_has "$err" 'ZDM_DATABASE_URL=***'
check_lacks "$err" hunter2
check_exit 0 "$ZDM" log env --ledger secret.db
check_has "$out" 'ZDM_DATABASE_URL=***'
! grep -qa hunter2 secret.db* || fail "the ledger holds the password"

# --- stdout closed: nothing is written where it does not belong ------------------------------
fresh_db closed_stdout
sql "CREATE TABLE users (id bigint PRIMARY KEY)"
cat >one.lua <<'PLAN'
return plan "one" { api = 1, expand { sql "add" [[ALTER TABLE users ADD COLUMN a int]] } }
PLAN
check_exit 0 bash -c '"$0" run one.lua --ledger fresh.db >&-' "$ZDM"
check_exit 0 "$ZDM" log one --ledger fresh.db

# --- a sandbox of its own ------------------------------------------------------------------
before=$(sql 'SELECT max(at) FROM zdm.journal')
env -u ZDM_DATABASE_URL -u DATABASE_URL "$ZDM" run one.lua --sandbox --format json >"$out" 2>"$err" &&
    fail "ran without its table"
check_has "$out" '"sqlstate":"42P01"'
check_has "$out" 'a sandbox is empty'
echo 'CREATE TABLE users (id bigint PRIMARY KEY)' >setup.sql
check_exit 0 "$ZDM" run one.lua --sandbox --setup setup.sql
check_has "$out" "done"
check_eq "a sandbox does not touch the target of the environment" "$before" \
    "$(sql 'SELECT max(at) FROM zdm.journal')"
cat >gated.lua <<'PLAN'
return plan "gated" { api = 1, gate "wait" { approval "go" } }
PLAN
check_exit 3 "$ZDM" run gated.lua --sandbox --setup setup.sql
check_has "$out" "zdm sandbox --setup setup.sql -- bash"
check_lacks "$out" "zdm approve"
