# What the server says about holding: a slot, a session that waits for zdm; and a monitor that is killed, or may not
# look.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

sql "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 20000); ANALYZE t"

# start_run NAME FIELDS [OPTION...]
start_run() {
    printf 'return plan "%s" { api = 1, backfill "count" { table = "t", set = { n = "n + 1" }, %s } }\n' \
        "$1" "$2" >"$1.lua"
    sql 'UPDATE t SET n = 0'
    "$ZDM" run "$1.lua" "${@:3}" >"$1.out" 2>"$1.err" &
    runner=$!
}

ends_well() {
    wait "$runner" || fail "$1: $(cat "$1.out" "$1.err")"
    check_eq "$1: every row once" "1|1" "$(sql 'SELECT min(n), max(n) FROM t')"
}

# A slot that nobody reads: what the backfill writes stays.
sql "SELECT pg_create_physical_replication_slot('abandoned', true)" >slot
start_run slot 'batch_max = 500, throttle = { slot_bytes = "1MB" }'
wait_for_line slot.out 'holding: slot abandoned keeps WAL of'
check_eq "it holds before the end" t "$(sql 'SELECT count(*) FILTER (WHERE n = 0) > 0 FROM t')"
sql "SELECT pg_drop_replication_slot('abandoned')" >slot
ends_well slot

# A session that waits for a batch: rows that take long to update, in a batch of a fixed size.
sql "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
       'BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END';
     CREATE TABLE u (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO u (id) SELECT generate_series(1, 3000); ANALYZE u;
     CREATE TRIGGER slow BEFORE UPDATE ON u FOR EACH ROW EXECUTE FUNCTION slow()"
cat >blocked.lua <<'EOF'
return plan "blocked" { api = 1, backfill "count" { table = "u", set = { n = "n + 1" }, batch_min = 500 } }
EOF
"$ZDM" run blocked.lua >blocked.out 2>blocked.err &
runner=$!
until grep -qE 'holding: session pid [0-9]+ waits for zdm for .* >= 100 ms' blocked.out; do
    kill -0 "$runner" || fail "nobody was seen waiting: $(cat blocked.out)"
    # Takes the rows one after the other, up to the first that a batch has.
    sql 'SELECT count(*) FROM (SELECT 1 FROM u ORDER BY id FOR UPDATE) AS s' >rows
done
wait "$runner"
check_eq "blocked: every row once" "1|1" "$(sql 'SELECT min(n), max(n) FROM u')"

# Dead rows are taken away between batches, and the statistics are new at the end.
sql "CREATE TABLE v (id int PRIMARY KEY, n int NOT NULL DEFAULT 0) WITH (autovacuum_enabled = false);
     INSERT INTO v (id) SELECT generate_series(1, 400000)"
cat >vacuum.lua <<'EOF'
return plan "vacuum" { api = 1,
  backfill "count" { table = "v", set = { n = "n + 1" }, stripes = 1, batch_max = 2000, pause = "20ms", throttle = { load = false } } }
EOF
"$ZDM" run vacuum.lua >vacuum.out 2>vacuum.err
check_has vacuum.out 'VACUUM of public.v'
check_eq "vacuum: every row once" "1|1" "$(sql 'SELECT min(n), max(n) FROM v')"
wait_until "SELECT vacuum_count > 0 AND analyze_count > 0 FROM pg_stat_user_tables WHERE relname = 'v'" t

# Nor is one that begins among too many dead rows left to an autovacuum that does not come.
sql 'UPDATE v SET n = 0'
sql 'UPDATE v SET n = 0'
sql 'UPDATE v SET n = 0'
wait_until "SELECT n_dead_tup >= 900000 FROM pg_stat_user_tables WHERE relname = 'v'" t
sed 's/"vacuum"/"dead"/; s/, pause = "20ms"//' vacuum.lua >dead.lua
"$ZDM" run dead.lua >dead.out 2>dead.err
check_has dead.out 'dead rows beside'
check_has dead.out 'VACUUM of public.v'
check_eq "dead: every row once" "1|1" "$(sql 'SELECT min(n), max(n) FROM v')"

# Of a partitioned table the partition where they are.
sql "CREATE TABLE parts (id int, n int NOT NULL DEFAULT 0, PRIMARY KEY (id)) PARTITION BY RANGE (id);
     CREATE TABLE part_small PARTITION OF parts FOR VALUES FROM (0) TO (1000) WITH (autovacuum_enabled = false);
     CREATE TABLE part_large PARTITION OF parts FOR VALUES FROM (1000) TO (500000) WITH (autovacuum_enabled = false);
     INSERT INTO parts (id) SELECT generate_series(1, 400000)"
sed 's/"vacuum"/"parts"/; s/"v"/"parts"/' vacuum.lua >parts.lua
"$ZDM" run parts.lua >parts.out 2>parts.err
check_has parts.out 'VACUUM of public.part_large'
check_lacks parts.out 'VACUUM of public.part_small'
check_eq "partitions: every row once" "1|1|400000" "$(sql 'SELECT min(n), max(n), count(*) FROM parts')"
wait_until "SELECT bool_and(analyze_count > 0 AND (vacuum_count > 0) = (relname = 'part_large'))
            FROM pg_stat_user_tables WHERE relname LIKE 'part\_%'" t

# The monitor's session is killed, and comes back; the backfill goes on as if nothing had been.
monitor="SELECT pid FROM pg_stat_activity WHERE application_name = 'zdm/killed/count/monitor'"
# Load and slow commits of a busy machine are none of this.
start_run killed 'batch_max = 100, pause = "50ms", throttle = { load = false, commit = false }'
for _ in 1 2 3; do
    wait_until "SELECT count(*) FROM ($monitor) AS m" 1
    pid=$(sql "$monitor")
    sql "SELECT pg_terminate_backend($pid)" >killed
    wait_until "SELECT count(*) FROM ($monitor) AS m WHERE pid <> $pid" 1
done
control="SELECT pid FROM pg_stat_activity WHERE application_name = 'zdm/killed'"
pid=$(sql "$control")
sql "SELECT pg_terminate_backend($pid)" >killed
wait_until "SELECT count(*) FROM ($control) AS m WHERE pid <> $pid" 1
ends_well killed
check_lacks killed.out 'holding'

# Nor is it the end when the session is killed before the plan is ours.
hold_lock 'LOCK TABLE zdm.plan'
start_run early ''
waits="SELECT pid FROM pg_stat_activity WHERE application_name = 'zdm/early' AND wait_event_type = 'Lock'"
for _ in 1 2; do
    wait_until "SELECT count(*) FROM ($waits) AS w" 1
    pid=$(sql "$waits")
    sql "SELECT pg_terminate_backend($pid)" >killed
    wait_until "SELECT count(*) FROM ($waits) AS w WHERE pid <> $pid" 1
done
release_lock
ends_well early

# A role that may have two sessions only, and may look at nobody: what is not known holds, what is not
# shown is said once.
fresh_db few
sql "CREATE ROLE few LOGIN PASSWORD 'x' CONNECTION LIMIT 2; GRANT CREATE ON DATABASE few TO few;
     CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 2000); ALTER TABLE t OWNER TO few"
(
    export ZDM_DATABASE_URL="$ZDM_DATABASE_URL user=few password=x"
    start_run few 'max_lag = "5s"'
    wait_for_line few.out 'holding: not known: replica lag, replica bytes, slots, archiving'
    check_has few.out 'too many connections for role "few"'
    check_eq "nothing is done" 2000 "$(sql 'SELECT count(*) FROM t WHERE n = 0')"
    sql 'ALTER ROLE few CONNECTION LIMIT 10'
    ends_well few
    check_eq "said once" 1 "$(grep -c 'may not look at the sessions of others' few.out)"
)
