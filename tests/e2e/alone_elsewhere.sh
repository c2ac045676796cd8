# Statements outside transactions whose work lies outside the database: subscriptions (with a slot on another server) and
# tablespaces (with a folder). Killed before and behind the statement, each is done once.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

owner=$(stat -c %U "$PGHOST")
as_server() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u "$owner" -- "$@"; else "$@"; fi
}
bin=$(dirname "$(readlink -f "$(command -v postgres)")")
cluster=$ZDM_SANDBOX/publisher
(cd "$ZDM_SANDBOX" && as_server "$bin/initdb" -D "$cluster" -A trust -U postgres --no-sync) >initdb.out
(cd "$ZDM_SANDBOX" && as_server "$bin/pg_ctl" -D "$cluster" -w -l "$ZDM_SANDBOX/publisher.log" -o "-p 5434 \
    -c wal_level=logical -c listen_addresses= -c fsync=off -c unix_socket_directories='$ZDM_SANDBOX'" start) >started
trap '(cd "$ZDM_SANDBOX" && as_server "$bin/pg_ctl" -D "$cluster" -m immediate stop) >stopped' EXIT
publisher="host=$ZDM_SANDBOX port=5434 user=postgres dbname=postgres"
on_publisher() {
    sql "$1" -d "$publisher"
}
on_publisher 'CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2);
              INSERT INTO u VALUES (3); CREATE PUBLICATION p FOR TABLE t; CREATE PUBLICATION q FOR TABLE u'
sql 'CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY)'

plan() { # NAME SQL
    cat >"$1.lua" <<EOL
return plan "$1" { api = 1, gate "go" { sql "yes" [[SELECT true]] },
  contract { sql "step" [[$2]] } }
EOL
}
killed_and_done() { # NAME
    ZDM_FAILPOINT=alone.started check_exit 137 "$ZDM" run "$1.lua"
    ZDM_FAILPOINT=alone.after check_exit 137 "$ZDM" run "$1.lua"
    check_exit 0 "$ZDM" run "$1.lua"
}

plan subscribe "CREATE SUBSCRIPTION sub CONNECTION '$publisher' PUBLICATION p"
killed_and_done subscribe
check_eq "one slot" 1 "$(on_publisher "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'sub'")"
wait_until 'SELECT count(*) FROM t' 2
plan more 'ALTER SUBSCRIPTION sub SET PUBLICATION p, q'
killed_and_done more
wait_until 'SELECT count(*) FROM u' 1
on_publisher 'CREATE TABLE v (id int); INSERT INTO v VALUES (1); ALTER PUBLICATION q ADD TABLE v'
sql 'CREATE TABLE v (id int)'
plan refresh 'ALTER SUBSCRIPTION sub REFRESH PUBLICATION'
killed_and_done refresh
wait_until 'SELECT count(*) FROM v' 1
plan unsubscribe 'DROP SUBSCRIPTION sub'
killed_and_done unsubscribe
check_eq "it is gone" 0 "$(sql 'SELECT count(*) FROM pg_subscription')"
check_eq "no slot is left" 0 "$(on_publisher 'SELECT count(*) FROM pg_replication_slots')"
# What is there before it was begun is a mistake, and nothing is taken for our own.
sql "CREATE SUBSCRIPTION sub CONNECTION '$publisher' PUBLICATION p WITH (connect = false)" 2>warned
plan again "CREATE SUBSCRIPTION sub CONNECTION '$publisher' PUBLICATION p"
check_exit 1 "$ZDM" run again.lua
check_has "$err" 'subscription "sub" already exists'

(cd "$ZDM_SANDBOX" && as_server mkdir "$ZDM_SANDBOX/space")
plan space "CREATE TABLESPACE space LOCATION '$ZDM_SANDBOX/space'"
killed_and_done space
check_eq "it is there" 1 "$(sql "SELECT count(*) FROM pg_tablespace WHERE spcname = 'space'")"
plan no_space 'DROP TABLESPACE space'
killed_and_done no_space
check_eq "it is gone" 0 "$(sql "SELECT count(*) FROM pg_tablespace WHERE spcname = 'space'")"
