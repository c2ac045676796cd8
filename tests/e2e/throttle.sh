# What an author says about holding: a file, a query, a URL, a function, a rate; and what is said of it.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 2000); ANALYZE t;
     CREATE TABLE switch (on_ boolean, load float8); INSERT INTO switch VALUES (true, 5)"

# run_held NAME FIELDS LINE [OPTION...]: begins a run of plan NAME and waits until it holds with LINE.
run_held() {
    printf 'local turn = 0\nreturn plan "%s" { api = 1, backfill "count" { table = "t", set = { n = "n + 1" }, %s } }\n' \
        "$1" "$2" >"$1.lua"
    sql 'UPDATE t SET n = 0'
    "$ZDM" run "$1.lua" "${@:4}" >"$1.out" 2>"$1.err" &
    runner=$!
    wait_for_line "$1.out" "$3"
    check_eq "$1: nothing is done while it holds" 2000 "$(sql 'SELECT count(*) FROM t WHERE n = 0')"
}

# goes_on NAME: it ends well, every row once, and says what the time went to.
goes_on() {
    wait "$runner" || fail "$1: $(cat "$1.out" "$1.err")"
    check_eq "$1: every row once" "1|1" "$(sql 'SELECT min(n), max(n) FROM t')"
    check_has "$1.out" 'held back for'
}

touch stop.flag
run_held file "throttle = { file = \"$PWD/stop.flag\" }, max_throttled = \"1s\"" \
    "holding: file $PWD/stop.flag is there" --progress-every 100ms
# Lines of progress come while nothing moves.
told() { [ "$(grep -c "^progress .* count: 0\\.0 %.*file $PWD/stop.flag is there" file.out)" -ge "$1" ]; }
wait_for told 3
wait_for grep -q 'held for [0-9.]* s now, and it goes on holding until this is over: .*file' file.out
rm stop.flag
goes_on file

run_held boolean 'throttle = { sql = "SELECT on_ FROM switch" }' \
    "holding: the plan's throttle query is true"
sql 'UPDATE switch SET on_ = false'
goes_on boolean

run_held number 'throttle = { sql = "SELECT load AS jobs, 4 FROM switch" }' \
    "holding: the plan's query jobs says 5 >= 4"
sql 'UPDATE switch SET load = 3.5'
wait_for_line number.out 'holding: the plan'\''s query jobs says 3.5, limit 4, not yet clear of it'
sql 'UPDATE switch SET load = 1'
goes_on number

run_held lua 'throttle = function(ctx) turn = turn + 1 return turn < 6 and ctx.plan .. " waits" end' \
    'holding: lua waits'
goes_on lua

# A server that answers with whatever stands in the file `code`; HEAD is not known to it.
cat >server.py <<'EOF'
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(open("code").read()))
        self.end_headers()
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open("port", "w") as f:
    print(server.server_port, file=f)
server.serve_forever()
EOF
if command -v python3 >/dev/null; then
    echo 503 >code
    python3 server.py &
    server=$!
    trap 'kill "$server"' EXIT
    wait_for grep -q . port
    run_held url "throttle = { url = \"http://127.0.0.1:$(cat port)/may-i\" }" \
        "holding: http://127.0.0.1:$(cat port)/may-i answers 503"
    echo 200 >code
    goes_on url
    kill "$server"
    trap - EXIT
    run_held nobody "throttle = { url = \"http://127.0.0.1:$(cat port)/\" }" \
        "holding: http://127.0.0.1:$(cat port)/ does not answer"
    kill -INT "$runner"
    code=0
    wait "$runner" || code=$?
    check_eq "stopped while it holds" 130 "$code"
fi

check_exit 2 "$ZDM" run file.lua --progress-every 99ms
check_has "$err" '--progress-every takes a time of at least 100ms, not "99ms"'

# refused NAME FIELDS: exit 1, said in refused.err.
refused() {
    printf 'return plan "%s" { api = 1,\n  backfill "count" { table = "t", set = { n = "n + 1" },\n%s } }\n' \
        "$1" "$2" >"$1.lua"
    sql 'UPDATE t SET n = 0'
    check_exit 1 timeout 60 "$ZDM" run "$1.lua"
    check_eq "$1: nothing was done" 2000 "$(sql 'SELECT count(*) FROM t WHERE n = 0')"
}
refused lua_error 'throttle = function(ctx) return ctx.plan + 1 end'
check_has "$err" 'lua_error.lua:3'
refused lua_answer 'throttle = function() return 7 end'
check_has "$err" 'lua_answer.lua:3: error: '
check_has "$err" 'the throttle function must return true, false or a reason'
refused sql_error 'throttle = { sql = "SELECT nothing_such FROM switch" }'
check_has "$err" 'sql_error.lua:3:'
check_has "$err" 'column "nothing_such" does not exist'
refused sql_answer 'throttle = { sql = "SELECT 1, 2, 3" }'
check_has "$err" 'the throttle query gave neither one boolean nor two numbers'
refused sql_writes 'throttle = { sql = "DELETE FROM switch RETURNING true" }'
check_has "$err" 'the throttle query writes, and it may only look'
check_eq "the throttle query only looks" 1 "$(sql 'SELECT count(*) FROM switch')"

# The rate of WAL: a table that writes more than ten megabytes, at four a second.
sql "INSERT INTO t (id) SELECT generate_series(2001, 12000); ALTER TABLE t ADD filler text;
     UPDATE t SET filler = repeat(md5(id::text), 30), n = 0; CHECKPOINT"
cat >rate.lua <<'EOF'
return plan "rate" { api = 1, backfill "count" { table = "t",
  set = { n = "n + 1", filler = "reverse(filler)" }, wal_rate = "4MB", batch_max = 100 } }
EOF
"$ZDM" run rate.lua >rate.out 2>rate.err
check_eq "every row once" "1|1" "$(sql 'SELECT min(n), max(n) FROM t')"
check_has rate.out 'held back for '
check_has rate.out 'WAL rate '
