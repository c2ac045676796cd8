# Every kind of check in a gate, closed and open, by what the server, the world and the clock say.
source "$ZDM_SOURCE/tests/support/lib.sh"
source "$ZDM_SOURCE/tests/support/gates.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'CREATE ROLE little LOGIN; GRANT CREATE ON DATABASE '"$PGDATABASE"' TO little' -q
little="$ZDM_DATABASE_URL user=little"

# --- time since the step before, by the journal ----------------------------------------------------------
# earlier PLAN TIME: what is done was done that much earlier.
earlier() {
    sql "UPDATE zdm.journal SET at = at - interval '$2' WHERE plan = '$1' AND step = 'one'"
}
printf 'return plan "soaks" { api = 1, expand { sql "one" "SELECT 1" }, gate "g" { soak "48h" } }\n' >soaks.lua
closed soaks ' of 2 d stopped at the closed gate'
earlier soaks '47 h'
sql "UPDATE zdm.gate SET since = since - interval '3 days' WHERE plan = 'soaks'"
closed soaks ' of 2 d (closed for 3 d'
earlier soaks '1 h'
opens soaks 'of 2 d'
earlier soaks '-48 h'
stays soaks
sql 'GRANT USAGE, CREATE ON SCHEMA zdm TO little; GRANT ALL ON ALL TABLES IN SCHEMA zdm TO little'

# --- the clock is the server's, the zone the author's ----------------------------------------------
gate before 'not_before { time = "2999-12-31 23:59", zone = "Asia/Tokyo" }'
closed before '(Asia/Tokyo)'
gate since 'not_before { time = "2020-02-29 00:00", zone = "UTC" }'
opens since 'it is 20'
gate nowhere 'not_before { time = "2020-02-29 00:00", zone = "Mars/Olympus" }'
nonsense nowhere 'time zone "Mars/Olympus" not recognized'
# It is told before anything begins.
sed 's/gate "g"/expand { sql "made" "CREATE TABLE made ()" }, gate "g"/; s/"nowhere"/"later"/' nowhere.lua >later.lua
check_exit 1 "$ZDM" run later.lua
check_has "$err" 'time zone "Mars/Olympus" not recognized'
check_eq "nothing was begun" f "$(sql "SELECT to_regclass('made') IS NOT NULL")"
check_exit 1 "$ZDM" plan --db "$ZDM_DATABASE_URL" later.lua
check_has "$err" 'time zone "Mars/Olympus" not recognized'

clock() { sql "SELECT to_char(now() AT TIME ZONE 'America/Lima' + interval '$1', 'HH24:MI')"; }
gate inside "window { from = \"$(clock '-2 h')\", to = \"$(clock '2 h')\", zone = \"America/Lima\" }"
opens inside '(America/Lima)'
gate outside "window { from = \"$(clock '2 h')\", to = \"$(clock '4 h')\", zone = \"America/Lima\" }"
closed outside '# in '
# Three days from now on, and nothing before.
day=$(sql "SELECT lower(to_char(now() AT TIME ZONE 'UTC' + interval '3 days', 'Dy'))")
gate weekly "window { from = \"00:00\", to = \"00:00\", zone = \"UTC\", days = { \"$day\" } }"
closed weekly '# in 2 d'
today=$(sql "SELECT lower(to_char(now() AT TIME ZONE 'UTC', 'Dy'))")
gate daily "window { from = \"00:00\", to = \"00:00\", zone = \"UTC\", days = { \"$today\" } }"
opens daily 'it is'
gate never 'window { from = "00:00", to = "00:00", zone = "Mars/Olympus" }'
nonsense never 'time zone "Mars/Olympus" not recognized'

# --- a window where clocks change: its times are local ----------------------------------------------------
# at TIME FROM TO: what the check says then, in Berlin.
at() {
    sql "PREPARE look AS $(sed "s/pg_catalog.clock_timestamp()/timestamptz '$1'/" "$ZDM_SOURCE/engine/gate/sql/window.sql");
         EXECUTE look('$2', '$3', 'Europe/Berlin', '1,2,3,4,5,6,7')"
}
# 2026-03-29: from 02:00 to 03:00; what ends in between ends as late as without the change.
check_eq "before it begins" 'f|it is Sun 2026-03-29 01:15 (Europe/Berlin)|900000' "$(at '2026-03-29 00:15Z' 01:30 02:30)"
check_eq "across the hour that is left out" 't|it is Sun 2026-03-29 03:15 (Europe/Berlin)|' "$(at '2026-03-29 01:15Z' 01:30 02:30)"
check_eq "its end" 'f|it is Sun 2026-03-29 03:30 (Europe/Berlin)|79200000' "$(at '2026-03-29 01:30Z' 01:30 02:30)"
check_eq "the hours until the evening" 'f|it is Sun 2026-03-29 00:00 (Europe/Berlin)|75600000' "$(at '2026-03-28 23:00Z' 22:00 23:00)"
# 2026-10-25: from 03:00 to 02:00; it is open through both hours that have the name.
check_eq "the first 02:20" 't|it is Sun 2026-10-25 02:20 (Europe/Berlin)|' "$(at '2026-10-25 00:20Z' 01:30 02:30)"
check_eq "the second 02:20" 't|it is Sun 2026-10-25 02:20 (Europe/Berlin)|' "$(at '2026-10-25 01:20Z' 01:30 02:30)"
check_eq "the second 02:30" 'f|it is Sun 2026-10-25 02:30 (Europe/Berlin)|82800000' "$(at '2026-10-25 01:30Z' 01:30 02:30)"

# --- who is connected --------------------------------------------------------------------------------
gate clients 'no_clients "the old app" { application = "app-v1%", user = "%" }'
PGAPPNAME=app-v1.7 hold_lock 'SELECT pg_advisory_lock(1)'
closed clients 'app-v1.7'
release_lock
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'app-v1.7'" 0
opens clients 'none is connected'
PGAPPNAME=app-v1.8 hold_lock 'SELECT pg_advisory_lock(1)'
stays clients
release_lock
gate network 'no_clients "from there" { address = "203.0.113.0/24" }'
opens network 'none is connected'
gate hidden 'no_clients "from there" { address = "203.0.113.0/24" }'
PGAPPNAME=other hold_lock 'SELECT pg_advisory_lock(1)'
hidden hidden 'GRANT pg_read_all_stats TO little' --db "$little"
release_lock

# --- transactions ------------------------------------------------------------------------------------
gate long 'no_long_transactions "1ms"'
PGAPPNAME=report hold_lock 'LOCK TABLE zdm.meta IN ACCESS SHARE MODE'
closed long 'report'
release_lock
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'report'" 0
opens long 'none is open that long'
PGAPPNAME=report hold_lock 'LOCK TABLE zdm.meta IN ACCESS SHARE MODE'
stays long
gate longer 'no_long_transactions "1h"'
hidden longer 'GRANT pg_read_all_stats TO little' --db "$little"
release_lock
gate minute 'no_long_transactions "1m"'
opens minute 'none is open that long' --db "$little"

# --- replicas: none, and one that is gone ------------------------------------------------------------
gate lag 'replica_lag "5s"'
sql "SELECT pg_create_physical_replication_slot('gone', true)" >slot
closed lag 'slot gone is read by no replica'
sql "SELECT pg_drop_replication_slot('gone')" >slot
opens lag 'no replica'
sql "SELECT pg_create_physical_replication_slot('gone', true)" >slot
stays lag
sql "SELECT pg_drop_replication_slot('gone')" >slot

# --- rows --------------------------------------------------------------------------------------------
sql 'CREATE SCHEMA "My Schema";
     CREATE TABLE "My Schema"."T" ("Key" int, part text, old text, "New" text, PRIMARY KEY (part, "Key"));
     INSERT INTO "My Schema"."T" SELECT i, $$p$$, $$Text $$ || i, CASE WHEN i % 400 > 0 THEN lower($$Text $$ || i) END
       FROM generate_series(1, 1000) AS i'
gate same 'consistent { table = [["My Schema"."T"]], up = "lower(old)", to = [["New"]] }'
closed same '2 of 1,000 rows differ, 2 of them NULL; such as (p,400), (p,800)'
sql 'UPDATE "My Schema"."T" SET "New" = lower(old)'
opens same '0 of 1,000 rows differ'
sql 'UPDATE "My Schema"."T" SET "New" = NULL'
stays same
sql 'UPDATE "My Schema"."T" SET "New" = lower(old)'
gate other 'consistent { table = [["My Schema"."T"]], from = "old", to = [["New"]], sample = 100 }'
closed other '1,000 of 1,000 rows differ, 0 of them NULL'
# A sample without a row says nothing: then all of them are looked at.
sql 'CREATE TABLE few (id int PRIMARY KEY, old text, new text); INSERT INTO few VALUES (1, $$a$$, $$b$$)'
gate few 'consistent { table = "few", from = "old", to = "new", sample = 1 }'
closed few '1 of 1 rows differ, 0 of them NULL; such as (1)'
# Rows that a policy hides are no answer.
sql 'ALTER TABLE few ENABLE ROW LEVEL SECURITY; GRANT SELECT ON few TO little'
gate policy 'consistent { table = "few", from = "old", to = "new" }'
refused policy 'row-level security' --db "$little"
gate wrong 'consistent { table = [["My Schema"."T"]], up = "lower(olld)", to = [["New"]] }'
nonsense wrong 'column "olld" does not exist'
check_has flat 'wrong.lua:1:97'
gate missing 'consistent { table = "nothing", from = "a", to = "b" }'
nonsense missing 'there is no table nothing'
gate mine 'consistent { table = [["My Schema"."T"]], from = "old", to = [["New"]] }'
refused mine 'permission denied for schema My Schema' --db "$little"

# --- a query of the author's ---------------------------------------------------------------------------
sql 'CREATE TABLE orders (id int PRIMARY KEY, settled boolean NOT NULL); INSERT INTO orders VALUES (1, false), (2, true)'
gate settled 'sql "settled" "SELECT count(*) = 0, count(*) AS open FROM orders WHERE NOT settled"'
closed settled 'closed sql "settled": false, open = 1'
sql 'UPDATE orders SET settled = true'
opens settled 'open = 0'
sql 'UPDATE orders SET settled = false'
stays settled
gate number 'sql "n" "SELECT count(*) FROM orders"'
nonsense number 'the first column of its query must be boolean'
gate secret 'sql "n" "SELECT count(*) = 0 FROM orders"'
refused secret 'permission denied for table orders' --db "$little"

# --- flags and programs ------------------------------------------------------------------------------
gate file "flag \"f\" { file = \"$PWD/flag\", is = \"on\" }"
closed file 'No such file or directory'
printf ' off\n' >flag
closed file 'it is "off"'
printf ' on\n' >flag
opens file 'it is "on"'
mv flag flag.was
stays file
mv flag.was flag
gate folder "flag \"f\" { file = \"$PWD\", is = \"on\" }"
unknown folder 'Is a directory'
gate env 'flag "e" { env = "ZDM_TEST_FLAG", is = "v2" }'
closed env 'ZDM_TEST_FLAG is not set'
ZDM_TEST_FLAG=v1 closed env 'it is "v1"'
ZDM_TEST_FLAG=v2 opens env 'it is "v2"'
stays env
sql 'CREATE TABLE flags (name text, value boolean); INSERT INTO flags VALUES ($$reads$$, false)'
gate sqlflag "flag \"s\" { sql = \"SELECT value FROM flags WHERE name = 'reads'\", is = \"true\" }"
closed sqlflag 'it is "false"'
sql 'DELETE FROM flags'
unknown sqlflag 'gave 0 rows of 1 columns'
sql 'INSERT INTO flags VALUES ($$reads$$, true)'
opens sqlflag 'it is "true"'
sql 'UPDATE flags SET value = false'
stays sqlflag
sql 'UPDATE flags SET value = true'
gate sqlhidden "flag \"s\" { sql = \"SELECT value FROM flags WHERE name = 'reads'\", is = \"true\" }"
refused sqlhidden 'permission denied for table flags' --db "$little"
# What cannot be looked at does not hide the rest of the plan.
gate broken 'approval "a", sql "b" "SELECT count(*) = 0 FROM nowhere"'
check_exit 1 "$ZDM" run broken.lua
check_has "$err" 'relation "nowhere" does not exist'
check_exit 0 "$ZDM" status broken.lua
tr -s ' \n' ' ' <"$out" >flat
check_has flat 'not approved'
check_has flat 'it cannot be looked at: '
gate writes 'flag "w" { sql = "DELETE FROM flags RETURNING value", is = "true" }'
check_exit 2 "$ZDM" run writes.lua
check_has "$err" 'only a query can stand here'

gate program "command \"ask\" { argv = { \"$PWD/ask\" } }"
# shellcheck disable=SC2016
printf '#!/bin/sh\necho asked >>"%s/asked"\necho "$ZDM_PLAN $ZDM_STEP says no"\n[ -e "%s/yes" ]\n' "$PWD" "$PWD" >ask
chmod +x ask
closed program 'exited with 1: program g says no'
check_eq "status runs no programs" 1 "$(wc -l <asked)"
touch yes
opens program 'exited with 0'
gate nothere 'command "ask" { argv = { "/nowhere/program" } }'
nonsense nothere '/nowhere/program'
: >data
gate data "command \"ask\" { argv = { \"$PWD/data\" } }"
refused data 'Permission denied'

# --- a web server ------------------------------------------------------------------------------------
python3 - <<'PY' &
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        code, text = open("answer").read().split(" ", 1)
        self.send_response(int(code)); self.end_headers(); self.wfile.write(text.encode())
    def log_message(self, *a): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open("port.new", "w").write(str(server.server_port)); os.rename("port.new", "port")
server.serve_forever()
PY
web=$!
trap 'kill $web' EXIT
wait_for test -s port
url="http://127.0.0.1:$(cat port)/x"
echo '503 schema: v2' >answer
gate health "http \"health\" { url = \"$url\", body = \"^schema: *v2\" }"
closed health 'it answers 503'
echo '200 schema: v1' >answer
closed health 'it answers 200, with another text'
echo '200 schema:   v2' >answer
opens health 'it answers 200'
echo '503 down' >answer
stays health
echo '401 who are you' >answer
gate guarded "http \"guarded\" { url = \"$url\" }"
hidden guarded 'it answers 401'
gate guardedflag "flag \"u\" { url = \"$url\", is = \"on\" }"
hidden guardedflag 'not known: it answers 401'
echo '200 schema: v1' >answer
gate webflag "flag \"u\" { url = \"$url\", is = \"on\" }"
closed webflag 'it is "schema: v1"'
echo '404 on' >answer
unknown webflag 'not known: it answers 404'
echo '200 on' >answer
opens webflag 'it is "on"'
echo '200 off' >answer
stays webflag
gate deaf 'http "h" { url = "http://127.0.0.1:9/", timeout = "5s" }'
unknown deaf 'no answer:'

# --- several approvals ----------------------------------------------------------------------------------
me=$(id -un)
cat >many.lua <<LUA
return plan "many" { api = 1,
  gate "g" { approval "two" { approvals = 2, by = { "$me", "zoe", "yan@desk" } }, why = "the report of orders is gone" },
  expand { sql "one" "SELECT 1" },
  gate "h" { approval "other" { not_runner = true }, approval "zoe" { by = { "zoe" } } } }
LUA
closed many "0 of 2 approvals; missing: $me, zoe, yan@desk"
check_exit 3 "$ZDM" run many.lua
check_has "$out" "why     the report of orders is gone"
check_exit 0 "$ZDM" approve many.lua g --note "fine"
check_has "$out" '1 of 2 approvals; still missing: zoe, yan@desk'
check_exit 0 "$ZDM" approve many.lua g --note "again" --format json
check_has "$out" '"already": true'
check_has "$out" '"given": 1'
# As a colleague's zdm writes it.
colleague() {
    sql "INSERT INTO zdm.journal (plan, step, item, state, kind, epoch, who)
         VALUES ('many', '$1', E'$2', 'approved', 'approval', 0, '$3')"
}
colleague g 'two\nyan@laptop' yan@laptop
check_exit 3 "$ZDM" run many.lua
tr -s ' \n' ' ' <"$out" >flat
check_has flat '(does not count: is not asked); missing: zoe, yan@desk'
colleague g 'two\nzoe@ci' zoe@ci
look many
check_eq "g is open" 3 "$code"
check_has "$out" 'gate      h'
check_eq "who approved is journaled" t \
    "$(sql "SELECT detail->0->>'seen' LIKE '%zoe@ci%' FROM zdm.journal WHERE plan = 'many' AND step = 'g'")"
check_exit 0 "$ZDM" approve many.lua g two --note "late"
check_has "$out" 'approved before'
check_exit 4 "$ZDM" approve many.lua h other --note "I ran it"
check_has "$err" 'may not give the approval "other"'
check_has "$err" 'runs the plan'
check_exit 4 "$ZDM" approve many.lua h zoe --note "in place of her"
check_has "$err" 'the plan names who may: zoe'
colleague h other zoe@ci
colleague h zoe zoe@ci
opens many 'zoe@ci'
sql "DELETE FROM zdm.journal WHERE plan = 'many' AND state = 'approved'"
stays many

# --- a function of the plan, and quarantine -----------------------------------------------------------
cat >func.lua <<'LUA'
return plan "func" { api = 1, gate "g" {
  check "few" { run = function(db, log, ctx)
      log:info("asked by %s", ctx.step)
      local n = db:value "SELECT count(*) FROM flags"
      return n == 2, ("%d flags"):format(n)
  end },
  quarantine_empty {}, quarantine_empty { step = "none" },
} }
LUA
closed func 'closed check "few": 1 flags'
check_has flat 'open quarantine_empty: no row is in quarantine'
gate set_aside 'quarantine_empty {}'
opens set_aside 'no row is in quarantine'
sql "INSERT INTO flags VALUES ('x', true);
     INSERT INTO zdm.quarantine (plan, step, relation, key, key_columns, sqlstate, message)
       VALUES ('func', 'fill', 't', '1', '{\"id\":1}', '23514', 'bad')"
closed func 'closed quarantine_empty: 1 of step "fill", such as {"id":1}'
check_has flat 'open check "few": 2 flags'
check_has flat 'open quarantine_empty "quarantine_empty none"'
sql "UPDATE zdm.quarantine SET plan = 'set_aside'"
stays set_aside
sql "UPDATE zdm.quarantine SET plan = 'later_aside'"
gate later_aside 'quarantine_empty {}'
closed later_aside '1 of step "fill", such as {"id":1}'
sql 'TRUNCATE zdm.quarantine'
opens func 'asked by g'
sql 'DELETE FROM flags WHERE value'
stays func
gate funchidden 'check "c" { run = function(db) return db:value "SELECT count(*) FROM flags" == 0 end }'
refused funchidden 'permission denied for table flags' --db "$little"
sql "INSERT INTO flags VALUES ('reads', true), ('x', true)"
badcheck() {
    printf 'return plan "%s" { api = 1, gate "g" { check "c" { run = function(db) %s end } } }\n' "$1" "$2" >"$1.lua"
    nonsense "$1" 'check "c" of gate "g"'
}
badcheck changes 'db:exec "DELETE FROM flags"; return true'
check_has "$err" 'read-only transaction'
badcheck frees 'db:exec "SET TRANSACTION READ WRITE"; db:exec "DELETE FROM flags"; return true'
badcheck shrugs 'return 1'
check_has "$err" 'must return true or false'
badcheck turns 'while true do end'
check_has "$err" 'ran for over 100 million instructions'
check_eq "nothing was changed" 2 "$(sql 'SELECT count(*) FROM flags')"
sql "DELETE FROM flags WHERE name = 'x'"

# While a server does not answer, a cancel is heard all the same.
python3 - <<'PY' &
import os, socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
open("silent.new", "w").write(str(s.getsockname()[1])); os.rename("silent.new", "silent")
held = s.accept(); open("asked_silent", "w").close(); s.accept()
PY
silent=$!
trap 'kill $web $silent' EXIT
wait_for test -s silent
gate slow "http \"h\" { url = \"http://127.0.0.1:$(cat silent)/\", timeout = \"10m\" }"
"$ZDM" run slow.lua >slow.out 2>slow.err &
runner=$!
wait_for test -e asked_silent
check_exit 0 "$ZDM" cancel slow.lua
code=0
wait "$runner" || code=$?
check_eq "exit code of a cancelled run" 130 "$code"
check_has slow.out 'cancelled by'

# So is it while a program runs, and ^C: what it started ends with it.
gate patient "command \"ask\" { argv = { \"/bin/sh\", \"-c\", \"echo begun >begun; sleep 9$$ & wait\" }, timeout = \"10m\" }"
for how in cancel interrupt; do
    rm -f begun
    "$ZDM" run patient.lua >patient.out 2>patient.err &
    runner=$!
    wait_for test -s begun
    if [ $how = cancel ]; then check_exit 0 "$ZDM" cancel patient.lua; else kill -INT "$runner"; fi
    code=0
    wait "$runner" || code=$?
    check_eq "exit code after $how" 130 "$code"
    wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'zdm/patient'" 0
    [ -z "$(pgrep -f "^sleep 9$$\$")" ] || fail "the program went on after $how"
    [ $how = interrupt ] || check_exit 0 "$ZDM" resume patient.lua
done

# Who runs the plan now may not approve, though no step ran yet; status says so, too.
gate runs 'approval "other" { not_runner = true }'
"$ZDM" run --wait runs.lua >runs.out 2>runs.err &
runner=$!
wait_for_line runs.out 'waiting until it opens'
check_exit 4 "$ZDM" approve runs.lua g --note "I run it"
check_has "$err" 'runs the plan'
sql "INSERT INTO zdm.journal (plan, step, item, state, kind, epoch, who)
     VALUES ('runs', 'g', 'other', 'approved', 'approval', 0, '$me@elsewhere')"
check_exit 0 "$ZDM" status runs.lua
tr -s ' \n' ' ' <"$out" >flat
check_has flat '(does not count: runs the plan)'
sql "UPDATE zdm.journal SET who = 'zoe@ci' WHERE plan = 'runs'"
wait "$runner" || fail "the run that was approved: $(cat runs.out runs.err)"

# --- a gate that opened stays open: it is in the journal -----------------------------------------------
rm -f yes flag
stays program
check_eq "not asked again" 2 "$(wc -l <asked)"

# --- waiting: closed, approved from another shell, a flag later ----------------------------------------
cat >waits.lua <<'LUA'
return plan "waits" { api = 1,
  expand { sql "one" "CREATE TABLE one ()" },
  gate "g" { approval "it may", flag "f" { sql = "SELECT value FROM flags", is = "false" } },
  expand { sql "two" "CREATE TABLE two ()" } }
LUA
"$ZDM" run --wait waits.lua >waits.out 2>waits.err &
runner=$!
wait_for_line waits.out 'waiting until it opens'
check_exit 0 "$ZDM" approve waits.lua g "it may" --note "tested"
wait_for_line waits.out 'approved by'
check_eq "still closed" f "$(sql "SELECT to_regclass('two') IS NOT NULL")"
check_exit 0 "$ZDM" pause waits.lua --note lunch
wait_for_line waits.out 'lunch'
sql 'UPDATE flags SET value = false'
check_exit 0 "$ZDM" resume waits.lua
wait "$runner" || fail "the waiting run: $(cat waits.out waits.err)"
check_eq "it went on by itself" t "$(sql "SELECT to_regclass('two') IS NOT NULL")"
# A lock that is in the way for longer than a look may take is no reason to end.
cat >locked.lua <<'LUA'
return plan "locked" { api = 1, gate "g" { flag "f" { sql = "SELECT value FROM flags", is = "false", timeout = "50ms" } } }
LUA
hold_lock 'LOCK TABLE flags'
"$ZDM" run --wait locked.lua >locked.out 2>locked.err &
runner=$!
wait_for_line locked.out 'waiting until it opens'
tr -s ' \n' ' ' <locked.out >flat
check_has flat 'it cannot be looked at: '
release_lock
wait "$runner" || fail "the run behind a lock: $(cat locked.out locked.err)"
# ^C while it waits, and a lost session.
sed 's/waits/stops/; s/"one"/"three"/; s/TABLE one/TABLE three/; s/"two"/"four"/; s/TABLE two/TABLE four/' waits.lua >stops.lua
"$ZDM" run --wait stops.lua >stops.out 2>stops.err &
runner=$!
wait_for_line stops.out 'waiting until it opens'
pid=$(sql "SELECT pid FROM pg_stat_activity WHERE application_name = 'zdm/stops'")
sql "SELECT pg_terminate_backend($pid)" >killed
wait_for_line stops.out 'reconnect'
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'zdm/stops' AND pid <> $pid" 1
kill -INT "$runner"
code=0
wait "$runner" || code=$?
check_eq "exit code after ^C" 130 "$code"
check_eq "nothing behind the gate" f "$(sql "SELECT to_regclass('four') IS NOT NULL")"

gates_shown gates.sh
