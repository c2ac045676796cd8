# The check `unused`: what pg_stat_statements and the counts of scans say of columns, tables and indexes.
source "$ZDM_SOURCE/tests/support/lib.sh"
source "$ZDM_SOURCE/tests/support/gates.sh"
export ZDM_LEDGER=$PWD/ledger.db

# A server of its own: the extension has to be loaded at the start.
owner=$(stat -c %U "$PGHOST")
as_server() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u "$owner" -- "$@"; else "$@"; fi
}
bin=$(dirname "$(readlink -f "$(command -v postgres)")")
cluster=$ZDM_SANDBOX/counted
start_server() {
    (cd "$ZDM_SANDBOX" && as_server "$bin/pg_ctl" -D "$cluster" -w -l "$ZDM_SANDBOX/counted.log" \
        -o "-p 5434 -c listen_addresses= -c fsync=off -c unix_socket_directories='$ZDM_SANDBOX' $1" start) >started
}
stop_server() {
    (cd "$ZDM_SANDBOX" && as_server "$bin/pg_ctl" -D "$cluster" -m "$1" -w stop) >stopped
}
(cd "$ZDM_SANDBOX" && as_server "$bin/initdb" -D "$cluster" -A trust -U postgres --no-sync) >initdb.out
if ! start_server '-c shared_preload_libraries=pg_stat_statements'; then
    echo "skipped: this server comes without pg_stat_statements"
    exit 0
fi
trap 'stop_server immediate' EXIT
export PGHOST=$ZDM_SANDBOX PGPORT=5434 PGUSER=postgres PGDATABASE=postgres
export ZDM_DATABASE_URL="host=$PGHOST port=5434 user=postgres dbname=postgres"

sql 'CREATE TABLE users (id int PRIMARY KEY, email text, name text, mail text);
     CREATE INDEX users_name_idx ON users (name);
     CREATE TABLE old_table (id int);
     CREATE TABLE accounts (id int, city text);
     CREATE VIEW named AS SELECT id, name FROM users;
     CREATE VIEW mailed AS SELECT id, email AS address FROM users;
     INSERT INTO users SELECT i, $$m$$ || i, $$n$$ || i FROM generate_series(1, 5) AS i;
     CREATE FUNCTION greet(int) RETURNS text LANGUAGE sql AS $$ SELECT email FROM users WHERE id = $1 $$;
     CREATE FUNCTION mail_of(int) RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT address FROM mailed WHERE id = $1; END;
     CREATE ROLE app LOGIN; GRANT pg_read_all_data, pg_write_all_data TO app;
     CREATE ROLE backup LOGIN; GRANT pg_read_all_data TO backup;
     CREATE ROLE deploy LOGIN; GRANT CREATE ON DATABASE postgres TO deploy'
app() { PGUSER=app sql "$1" >app.out; }

# shut NAME [OPTION...]: closed, and no more is asked of it than that.
shut() {
    look "$@"
    check_eq "$1 is closed: $(cat flat)" 3 "$code"
}

# --- nobody counts -------------------------------------------------------------------------------------
not_these='ignore_functions = { "greet(int)", "public.mail_of(integer)" }'
gate early "unused { \"users.email\", quiet = \"1ms\", $not_these }"
of=column
unknown early 'not known: pg_stat_statements is not in this database'
check_has flat 'CREATE EXTENSION'
sql 'CREATE EXTENSION pg_stat_statements'
shut early --db "$ZDM_DATABASE_URL user=postgres options='-c compute_query_id=off'"
check_has flat 'compute_query_id is off'
app 'SELECT name FROM users'
sql 'GRANT ALL ON SCHEMA zdm TO deploy; GRANT ALL ON ALL TABLES IN SCHEMA zdm TO deploy'
hidden early 'statements of other roles are not shown to this one' --db "$ZDM_DATABASE_URL user=deploy"
check_has flat 'GRANT pg_read_all_stats'
opens early 'no use for' --wait
app 'SELECT email FROM users'
stays early
gate nothing 'unused { "users.nothing" }'
nonsense nothing 'there is no column, table, view or index users.nothing'

# --- what functions run is not counted, unless all is ------------------------------------------------------
gate functions 'unused { "users.email", quiet = "1h" }'
closed functions 'track is top, so nobody counts what functions that name users.email run: public.greet(integer), public.mail_of(integer)'
check_has flat 'ignore_functions'
all="$ZDM_DATABASE_URL options='-c pg_stat_statements.track=all'"
shut functions --db "$all"
check_has flat 'no use for'
check_has flat '; functions that name users.email: public.greet'
sql 'ALTER ROLE backup SET pg_stat_statements.track = top'
shut functions --db "$all"
check_has flat 'track is top'
sql 'ALTER ROLE backup RESET pg_stat_statements.track'

# --- a column: the first look begins the time, uses begin it anew, the gate's own looks do not ------------
own='sql "mine" "SELECT count(email) >= 0 FROM users;", consistent { table = "users", from = "email", to = "email" },
    check "c" { run = function(db) return db:value "SELECT count(*) FROM users WHERE email IS NULL" == 0, "none" end }'
gate column "$own, unused { \"users.email\", quiet = \"1h\", ignore_roles = { \"backup\" }, $not_these }"
app 'SELECT email FROM users'
shut column
check_has flat 'no use for 0 ms of 1 h'
check_has flat 'open check "c": none'
shut column
check_lacks flat 'used:'
check_has flat 'no use for'
i=0
for use in 'SELECT * FROM users' 'UPDATE users SET email = email WHERE id = 1' 'SELECT address FROM mailed' \
    "INSERT INTO users VALUES (100, 'e', 'n', 'm')" 'COPY users TO STDOUT' 'SELECT u FROM users u WHERE id = 3'; do
    i=$((i + 1))
    app "$use"
    shut column
    check_has flat "used: 1 call by app of"
    check_has flat '1 h begin anew'
done
check_eq "each was seen" 6 "$i"
app 'SELECT id, name FROM users; SELECT * FROM named; INSERT INTO old_table VALUES (7);
     UPDATE users SET name = $$x$$ WHERE id = 2; SELECT count(*) FROM users'
PGUSER=backup sql 'COPY users (id, email) TO STDOUT' >backup.out
shut column
check_lacks flat 'used: 1 call by app of SELECT id'
check_has flat 'no use for'
check_has flat '; before: used: 1 call by app of SELECT u FROM users u'
check_exit 0 "$ZDM" status column.lua
tr -s ' \n' ' ' <"$out" >flat
check_has flat 'asked when the plan runs; the last look: no use for'
check_exit 0 "$ZDM" status --format json column.lua
check_has "$out" '"since": "20'
sql 'SELECT pg_stat_statements_reset()' >reset
shut column
check_has flat 'pg_stat_statements was reset; 1 h begin anew'

# --- since when it is closed is kept ------------------------------------------------------------------------
since="SELECT since FROM zdm.gate WHERE plan = 'column' AND item = 'no use of users.email'"
before=$(sql "$since")
shut column
check_eq "since the first look" "$before" "$(sql "$since")"
check_eq "what was seen" t "$(sql "SELECT seen LIKE 'no use for%' FROM zdm.gate WHERE plan = 'column' AND NOT open")"

# --- PostgreSQL 18 counts by name and alias: the second of these may be shown as the first -------------------
gate alias "unused { \"users.email\", quiet = \"1h\", ignore_aliases = { \"o\" }, $not_these }"
app 'SELECT u.id, u.city FROM accounts u'
shut alias
app 'SELECT u.id, u.email FROM users u'
shut alias
check_has flat 'used: 1 call by app of'
if [ "$(sql 'SHOW server_version_num')" -ge 180000 ]; then
    check_has flat 'what may stand for a use: SELECT u.id, u.city FROM accounts u'
    check_has flat 'in ignore_aliases'
fi
app 'SELECT o.id FROM old_table o; SELECT city FROM accounts; SELECT u.name FROM users u'
shut alias
check_has flat 'no use for'

# --- a table ------------------------------------------------------------------------------------------------
of=table
gate table 'unused { "old_table", quiet = "1ms" }'
closed table 'no use for 0 ms of 1 ms'
opens table 'no use for' --wait
app 'SELECT FROM old_table'
stays table
gate others 'unused { "old_table", quiet = "1ms" }'
hidden others 'statements of other roles are not shown to this one' --db "$ZDM_DATABASE_URL user=deploy"
gate gone 'unused { "gone_table", quiet = "1ms" }'
nonsense gone 'there is no column, table, view or index gone_table'

# --- an index, both at once ---------------------------------------------------------------------------
of=index
gate rest 'unused { "old_table", "public.users_name_idx", "users_pkey", quiet = "2s" }'
unknown rest 'users_pkey is the primary key, scanned or not'
PGOPTIONS='-c enable_seqscan=off' app "SELECT name FROM users WHERE name = 'n3'"
# What a session counted is there for others when it has gone.
wait_until "SELECT idx_scan > 0 FROM pg_stat_user_indexes WHERE indexrelname = 'users_name_idx'" t
closed rest 'public.users_name_idx: 1 scans or changes'
app 'SELECT FROM old_table'
shut rest
check_has flat 'call by app of SELECT FROM old_table'
# It waits until two seconds went by without.
opens rest 'no use for 2' --wait
PGOPTIONS='-c enable_seqscan=off' app "SELECT name FROM users WHERE name = 'n3'"
stays rest
of=column

# --- a replica has counts of its own -----------------------------------------------------------------------------
standby=$ZDM_SANDBOX/standby
stop_server fast
(cd "$ZDM_SANDBOX" && as_server cp -R "$cluster" "$standby" && as_server touch "$standby/standby.signal")
start_server '-c shared_preload_libraries=pg_stat_statements'
start_standby() {
    (cd "$ZDM_SANDBOX" && as_server "$bin/pg_ctl" -D "$standby" -w -l "$ZDM_SANDBOX/standby.log" \
        -o "-p 5435 -c listen_addresses= -c fsync=off -c unix_socket_directories='$ZDM_SANDBOX' $1" start) >started
}
stop_standby() {
    (cd "$ZDM_SANDBOX" && as_server "$bin/pg_ctl" -D "$standby" -m fast -w stop) >stopped
}
trap 'stop_standby; stop_server immediate' EXIT
start_standby "-c primary_conninfo='host=$ZDM_SANDBOX port=5434 user=postgres' -c shared_preload_libraries=pg_stat_statements"
wait_until "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'" 1
on_standby() { PGPORT=5435 PGUSER=app sql "$1" >app.out; }

replicas="replicas = { \"port=5435 host=$ZDM_SANDBOX\" }"
gate single "unused { \"users.email\", quiet = \"1h\", $not_these }"
shut single
check_has flat 'replicas have counts of their own: walreceiver (the field replicas asks them)'
gate both "unused { \"users.email\", \"users_name_idx\", quiet = \"1h\", $not_these, $replicas }"
shut both
check_has flat 'no use for 0 ms of 1 h; 1 replica was asked, too'
on_standby 'SELECT email FROM users'
shut both
check_has flat "used: 1 call by app on replica port=5435 host=$ZDM_SANDBOX of SELECT email FROM users"
shut single
check_has flat 'no use for'
on_standby "SET enable_seqscan = off; SELECT FROM users WHERE name = 'n3'"
PGPORT=5435 wait_until "SELECT idx_scan > 0 FROM pg_stat_user_indexes WHERE indexrelname = 'users_name_idx'" t
shut both
check_has flat 'users_name_idx: 1 scans or changes on replica port=5435'
shut both
check_lacks flat 'used: 1 call by app on replica'

# Who cannot be asked, or is nobody to ask, keeps it closed; what was seen before still holds when he is back.
kept="SELECT memory->>'from' FROM zdm.gate WHERE plan = 'both'"
before=$(sql "$kept")
stop_standby
shut both
check_has flat "not known: replica port=5435 host=$ZDM_SANDBOX: it cannot be asked: cannot connect to postgres@[$ZDM_SANDBOX]:5435/postgres"
start_standby "-c primary_conninfo='host=$ZDM_SANDBOX port=5434 user=postgres'"
shut both
check_has flat 'pg_stat_statements is not loaded'
stop_standby
start_standby "-c primary_conninfo='host=$ZDM_SANDBOX port=5434 user=postgres' -c shared_preload_libraries=pg_stat_statements"
gate primary "unused { \"users.email\", quiet = \"1h\", $not_these, replicas = { \"host=$ZDM_SANDBOX port=5434\" } }"
shut primary
check_has flat 'it is no replica, or has become a server of its own'
check_eq "the time began with the last use" "$before" "$(sql "$kept")"
sed 's/port=5435/password=geheim/' both.lua >secret.lua
check_exit 2 "$ZDM" run secret.lua
check_has "$err" 'entry 1 that holds a password, or cannot be read'
check_lacks "$err" geheim

# --- from PostgreSQL 16 on the time of an index's last scan is known ---------------------------------------------
if [ "$(sql 'SHOW server_version_num')" -ge 160000 ]; then
    gate last "unused { \"users_name_idx\", quiet = \"10ms\" }"
    opens last 'by the time of the last scan'
    gate lately "unused { \"users_name_idx\", quiet = \"1h\", $replicas }"
    shut lately
    check_has flat 'of 1 h, by the time of the last scan; 1 replica was asked, too'
fi
stop_standby
trap 'stop_server immediate' EXIT

# --- a statement that was thrown out leaves a gap ------------------------------------------------------------------
gate evicted 'unused { "users.mail", quiet = "1h" }'
stop_server fast
start_server '-c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.max=100'
shut evicted
check_has flat 'no use for'
plus=1
for _ in $(seq 130); do
    plus="$plus+1"
    echo "SELECT $plus;"
done >many.sql
psql -XAtq -f many.sql >many.out
shut evicted
check_has flat 'pg_stat_statements threw statements out, maybe such: raise pg_stat_statements.max'

gates_shown unused.sh
