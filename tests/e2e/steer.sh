# A running plan is paused, resumed, tuned and cancelled from another shell: through the socket of its
# run, and through the target.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
export XDG_RUNTIME_DIR=$PWD # any run removes the sockets of killed ones beside its own, also those of other tests
runner=
trap '[ -z "$runner" ] || kill -9 $runner 2>/dev/null' EXIT

sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 300000); ANALYZE t"
cat >slow.lua <<'LUA'
return plan "slow" {
  api = 1,
  backfill "count" { table = "t", set = { n = "n + 1" }, batch_min = 20, batch_max = 20, pause = "2ms" },
}
LUA

# value KEY FILE: of a JSON document.
value() { python3 -c 'import json,sys
d = json.load(open(sys.argv[2]))
for k in sys.argv[1].split("."): d = d[int(k)] if k.isdigit() else d[k]
print(json.dumps(d) if not isinstance(d, str) else d)' "$1" "$2"; }
status_is() { "$ZDM" status slow.lua --format json >status.json && [ "$(value state status.json)" = "$1" ]; }
batches() { sql "SELECT coalesce(sum(batches), 0) FROM zdm.cursor WHERE plan = 'slow'"; }
stands_still() { local a b; a=$(batches); sleep 0.3; b=$(batches); [ "$a" = "$b" ]; }
more_than() { [ "$(batches)" -gt "$1" ]; }
start() { rm -f run.json; "$ZDM" run slow.lua --format json >run.json 2>run.err & runner=$!; }
stopped() { code=0; wait "$runner" || code=$?; runner=; }
socket() { sqlite3 "$ZDM_LEDGER" 'SELECT socket FROM run WHERE socket IS NOT NULL' 2>/dev/null ||
    python3 -c 'import sqlite3,sys
print(next((r[0] for r in sqlite3.connect(sys.argv[1]).execute("SELECT socket FROM run WHERE socket IS NOT NULL")), ""))' "$ZDM_LEDGER"; }

# What is not known cannot be steered.
check_exit 2 "$ZDM" pause slow.lua
check_has "$err" 'knows no plan "slow"'

start
wait_until "SELECT to_regclass('zdm.cursor') IS NOT NULL" t
wait_for more_than 20

# --- how it goes -----------------------------------------------------------------------
live_known() { "$ZDM" status slow.lua --format json >status.json && [ "$(value live.step status.json)" = count ]; }
wait_for live_known
check_eq "the run's own words" walking "$(value live.progress.stage status.json)"
check_exit 0 "$ZDM" status slow.lua
check_has "$out" 'now: count:'
# What was copied to where nothing can be written tells the same but for what the run says.
mkdir readonly
cp ledger.db* readonly/
chmod 500 readonly
ZDM_LEDGER=$PWD/readonly/ledger.db check_exit 0 "$ZDM" status slow.lua
check_has "$out" 'run by'
chmod 700 readonly

# --- pause, through the socket ---------------------------------------------------------
check_exit 0 "$ZDM" pause slow.lua --note 'a sale, until noon' --format json
check_eq "through the socket" socket "$(value through "$out")"
check_eq "changed" true "$(value changed "$out")"
check_eq "the note" 'a sale, until noon' "$(value paused.note "$out")"
wait_for_line run.json '"event":"paused"'
wait_for stands_still
wait_for status_is paused
check_eq "status says why" 'a sale, until noon' "$(value paused.note status.json)"
check_exit 0 "$ZDM" status slow.lua
check_has "$out" 'a sale, until noon'
check_has "$out" 'zdm resume slow.lua'
check_eq "how it goes, in 80 columns" "" "$(sed -n '/^now:/,$p' "$out" | awk 'length > 80')"
check_has run.json '"paused":true'
# Whoever was first has said why.
check_exit 0 "$ZDM" pause slow --note other --format json
check_eq "paused before" false "$(value changed "$out")"
check_eq "the first note stays" 'a sale, until noon' "$(value paused.note "$out")"

# --- the pause outlives a kill -9, and the socket it leaves behind is no harm -----------------
old=$(socket)
check_eq "mode of the socket" 600 "$(stat -c %a "$old")"
check_eq "mode of its folder" 700 "$(stat -c %a "$(dirname "$old")")"
kill -9 "$runner"
stopped
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'zdm/slow%'" 0
before=$(batches)
[ -S "$old" ] || fail "the killed run's socket should still be there"
check_exit 6 "$ZDM" run slow.lua
check_has "$err" 'a sale, until noon'
check_has "$err" 'zdm resume slow.lua'
check_eq "a refused run does nothing" "$before" "$(batches)"
check_exit 0 "$ZDM" resume slow.lua --format json
check_eq "the dead socket is not used" target "$(value through "$out")"
check_eq "nobody runs it" false "$(value running "$out")"
check_exit 0 "$ZDM" resume slow.lua
check_has "$out" 'not paused'

# --- the tables of an older zdm are read as they are, and an order brings them up to date ----------
check_exit 0 "$ZDM" tune slow.lua --workers 2
sql "ALTER TABLE zdm.control DROP COLUMN stripes; UPDATE zdm.meta SET version = version - 1"
check_exit 0 "$ZDM" status slow.lua --format json
check_eq "what they know" 2 "$(value tuned.workers "$out")"
check_exit 0 "$ZDM" tune slow.lua --stripes 2 --workers plan
check_has "$out" 'tuned: stripes 2'
check_exit 0 "$ZDM" tune slow.lua --stripes plan

start
wait_for more_than "$before"
[ ! -e "$old" ] || fail "the next run should have removed $old"

# --- tune ----------------------------------------------------------------------------------
check_exit 0 "$ZDM" tune slow.lua --target-ms 10 --workers 2 --format json
check_eq "effective target" 10 "$(value tuned.target_ms "$out")"
check_eq "effective workers" 2 "$(value tuned.workers "$out")"
check_eq "as planned" null "$(value tuned.wal_rate "$out")"
wait_for_line run.json '"target_ms":10'
wait_for_line run.json 'target-ms from as planned to 10 ms, workers from as planned to 2'
check_exit 0 "$ZDM" tune slow.lua --stripes 3
check_has "$out" 'stripes 3'
wait_until "SELECT bool_or(stripes = 3 AND range_end IS NOT NULL) FROM zdm.cursor WHERE plan = 'slow'" t
check_exit 0 "$ZDM" tune slow.lua --stripes 1
wait_until "SELECT bool_or(range_end IS NOT NULL) FROM zdm.cursor WHERE plan = 'slow' AND state = 'open'" f
check_exit 0 "$ZDM" tune slow.lua --stripes plan --format json
check_eq "stripes as planned" null "$(value tuned.stripes "$out")"
wait_until "SELECT bool_or(stripes = 8 AND range_end IS NOT NULL) FROM zdm.cursor WHERE plan = 'slow'" t
for wrong in '--stripes 0' '--stripes 65' '--target-ms 4' '--workers 17' '--workers 0' '--wal-rate 1kB' '--max-lag soon' '--target-ms=-1' '--workers 2x'; do
    check_exit 2 "$ZDM" tune slow.lua $wrong
done
check_exit 2 "$ZDM" tune slow.lua --workers 17
check_has "$err" 'from 1 to 16'
check_exit 2 "$ZDM" tune slow.lua
check_has "$err" 'nothing to tune'
check_exit 0 "$ZDM" tune slow.lua --max-lag 1m --wal-rate 64MB
check_has "$out" 'wal-rate 64 MB/s'
check_exit 0 "$ZDM" tune slow.lua --target-ms plan --workers plan --max-lag plan --wal-rate plan
check_lacks "$out" 'tuned:'

# --- a client that says nothing, one that talks nonsense, one that talks for ever --------------------
path=$(socket)
python3 - "$path" <<'PY'
import socket, sys, json
def dial():
    s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(sys.argv[1]); return s
def line(s):
    b = b""
    while not b.endswith(b"\n"):
        piece = s.recv(4096)
        if not piece: return None
        b += piece
    return json.loads(b)
silent = dial()
half = dial(); half.sendall(b'{"do": "pa')
noise = dial()
for text in (b"hello\n", b"\n", b"[]\n", b'{"do":"explode","who":"x"}\n', b'{"do":"pause"}\n',
             b'{"do":"tune","who":"x","workers":99}\n', b"\xff\xfe\0\n"):
    noise.sendall(text)
    answer = line(noise)
    assert answer["ok"] is False and answer["error"], answer
endless = dial()
try:
    for _ in range(100): endless.sendall(b"x" * 4096)
    dropped = endless.recv(1) == b""
except (BrokenPipeError, ConnectionResetError):
    dropped = True
assert dropped
many = [dial() for _ in range(30)]  # more than are heard: the others are turned away
for s in many: s.close()
silent.close()
fresh = dial()
fresh.sendall(b'{"do":"tune","who":"test","target_ms":20}\n')
assert line(fresh)["target_ms"] == 20
PY
check_exit 0 "$ZDM" tune slow.lua --target-ms plan

# --- two at once -------------------------------------------------------------------------
for i in 1 2 3; do
    "$ZDM" tune slow.lua --workers $i --format json >two.$i 2>&1 &
    one=$!
    "$ZDM" tune slow.lua --target-ms 1$i --format json >twin.$i 2>&1 &
    check_exit 0 wait "$one" && check_exit 0 wait "$!"
done
"$ZDM" status slow.lua --format json >status.json
check_exit 0 "$ZDM" tune slow.lua --wal-rate 0 --format json
check_eq "both were obeyed" "3 13" "$(value tuned.workers "$out") $(value tuned.target_ms "$out")"

# --- without the ledger: through the target ---------------------------------------------------
ZDM_LEDGER=$PWD/other.db check_exit 0 "$ZDM" pause slow.lua --note elsewhere --format json
check_eq "through the target all the same, but its socket is not known here" target "$(value through "$out")"
wait_for_line run.json 'elsewhere'
wait_for stands_still
check_exit 0 "$ZDM" resume slow.lua --format json
check_eq "back through the socket" socket "$(value through "$out")"
before=$(batches)
wait_for more_than "$before"

# --- cancel ----------------------------------------------------------------------------------
check_exit 0 "$ZDM" cancel slow.lua
stopped
check_eq "exit code after cancel" 130 "$code"
check_has run.json '"event":"cancelled"'
check_has run.json '"exit_code":130'
[ ! -e "$path" ] || fail "the socket should be gone with its run"
check_exit 1 "$ZDM" cancel slow.lua
check_has "$err" 'nobody runs plan "slow"'
"$ZDM" log slow.lua >log
for word in paused resumed tuned cancelled; do check_has log "$word"; done

# A path too long for a socket: another folder is taken.
long=$PWD/$(printf 'x%.0s' {1..120})
mkdir -p "$long"
XDG_RUNTIME_DIR=$long TMPDIR=$long start
before=$(batches)
wait_for more_than "$before"
check_exit 0 "$ZDM" cancel slow.lua --now --format json
check_eq "a long TMPDIR" socket "$(value through "$out")"
stopped
check_eq "exit code after cancel --now" 130 "$code"

# --- between steps, and between two tries for a lock: a paused plan begins neither --------------------------------------
cat >steps.lua <<'LUA'
return plan "steps" {
  api = 1,
  expand {
    sql "first" "CREATE TABLE one ()",
    hook "long" { run = function(db) db:exec("SELECT pg_advisory_xact_lock(77)") end },
    sql "last" "CREATE TABLE two ()",
  },
}
LUA
hold_lock "SELECT pg_advisory_lock(77)"
"$ZDM" run steps.lua --format json >steps.json 2>steps.err &
runner=$!
wait_until "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 77 AND NOT granted" 1
check_exit 0 "$ZDM" pause steps.lua --format json
check_eq "while a statement runs" socket "$(value through "$out")"
release_lock
wait_for_line steps.json '"event":"paused"'
check_eq "the next step is not begun" f "$(sql "SELECT to_regclass('two') IS NOT NULL")"
check_eq "kept in the target" t "$(sql "SELECT paused_by IS NOT NULL FROM zdm.control WHERE plan = 'steps'")"
check_exit 0 "$ZDM" resume steps.lua
stopped
check_eq "it ran to its end" "0 t" "$code $(sql "SELECT to_regclass('two') IS NOT NULL")"

# --- the whole of it did each row once ----------------------------------------------------------
check_exit 0 "$ZDM" tune slow.lua --target-ms plan --workers 4 --wal-rate plan
sed -i 's/batch_max = 20, pause = "2ms"/batch_max = 50000/' slow.lua
check_exit 0 "$ZDM" run slow.lua
check_eq "each row once" "1|1|300000" "$(sql 'SELECT min(n), max(n), count(*) FROM t')"
