# Everything that runs outside transactions, and what takes long or waits in one (VALIDATE, ADD VALUE, FINALIZE), is
# interrupted in its middle, all at once: the backends are ended, zdm is killed, the server crashes. What is there at
# the end is what an undisturbed run makes.
#
# They are held in their middle by one old transaction, which each of them must wait for: for its end, its locks, or
# (VACUUM) for the page that its cursor stands on.
source "$ZDM_SOURCE/tests/support/lib.sh"

owner=$(stat -c %U "$PGHOST")
as_server() {
    if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u "$owner" -- "$@"); else "$@"; fi
}

long=index_whose_name_is_as_long_as_a_name_can_be_in_this_database_e
sql 'CREATE DATABASE model' -d postgres
PGDATABASE=model sql "
CREATE SCHEMA \"My Schema\"; CREATE SCHEMA \"Other\";
CREATE TABLE \"My Schema\".\"A\" (id int, v int); CREATE TABLE b (id int, v int);
CREATE TABLE c (id int, v int); CREATE INDEX \"C v\" ON c (v);
CREATE TABLE d (id int, v int); CREATE INDEX $long ON d (v);
CREATE TABLE e (id int PRIMARY KEY, v int, t text); CREATE INDEX e_v ON e (v);
CREATE TABLE \"Other\".f (id int PRIMARY KEY, v int);
CREATE TABLE m (id int, v int) PARTITION BY RANGE (id);
CREATE TABLE \"Other\".\"M 1\" PARTITION OF m FOR VALUES FROM (0) TO (100);
CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (100) TO (200);
CREATE TABLE p (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (1000);
INSERT INTO m SELECT i, i FROM generate_series(0, 199) AS i;
CREATE TABLE h (id int) PARTITION BY RANGE (id); CREATE TABLE h1 PARTITION OF h FOR VALUES FROM (0) TO (100);
CREATE TABLE v (id int); INSERT INTO v SELECT generate_series(1, 1000);
CREATE FUNCTION waits(int) RETURNS boolean LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_catalog.pg_advisory_xact_lock_shared(7); RETURN \$1 > 0; END';
CREATE TABLE k (id int); INSERT INTO k VALUES (1);
ALTER TABLE k ADD CONSTRAINT checked CHECK (public.waits(id)) NOT VALID;
CREATE TYPE mood AS ENUM ('so-so')"
# Somebody's DETACH of h1 was interrupted.
PGDATABASE=model hold_lock 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM h'
psql -Xq -d model -c 'ALTER TABLE h DETACH PARTITION h1 CONCURRENTLY' 2>half.err &
half=$!
PGDATABASE=model wait_until 'SELECT count(*) FROM pg_inherits WHERE inhdetachpending' 1
sql "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE h DETACH%'" >cancelled
wait "$half" || true
release_lock
tables='"My Schema"."A", b, c, d, e, "Other".f, m, p'

# plan NAME SQL [OPTIONS]
plan() {
    cat >"$1.lua" <<EOL
return plan "$1" { api = 1, expand { sql "step" [[$2]] ${3:-} } }
EOL
}
plan create 'CREATE INDEX CONCURRENTLY "A v" ON "My Schema"."A" (v)'
plan unique 'CREATE UNIQUE INDEX CONCURRENTLY b_id ON b (id) INCLUDE (v) WHERE v > 0'
plan drop 'DROP INDEX CONCURRENTLY "C v"'
plan reindex "REINDEX INDEX CONCURRENTLY $long"
plan retable 'REINDEX TABLE CONCURRENTLY e'
plan reschema 'REINDEX SCHEMA CONCURRENTLY "Other"'
plan reparts 'REINDEX TABLE CONCURRENTLY p'
plan detach 'ALTER TABLE m DETACH PARTITION "Other"."M 1" CONCURRENTLY' '{ lock_budget = "5m" }'
plan vacuum 'VACUUM (FREEZE) v'
alone='create unique drop reindex retable reschema reparts detach vacuum'
plan validate 'SET LOCAL lock_timeout = 0; ALTER TABLE k VALIDATE CONSTRAINT checked'
plan enum "SET LOCAL lock_timeout = 0; ALTER TYPE mood ADD VALUE 'fine'"
plan finalize 'SET LOCAL lock_timeout = 0; ALTER TABLE h DETACH PARTITION h1 FINALIZE' '{ statement_timeout = "0s" }'
plans="$alone validate enum finalize"
n=12
waiting="application_name LIKE 'zdm/%' AND datname = current_database() AND wait_event_type IN ('Lock', 'BufferPin', 'Buffer')"

# begin ROUND: every plan runs on a new database, and is held in its middle.
begin() {
    fresh_db "$1" model
    export ZDM_LEDGER=$PWD/$1.db
    hold_lock "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; LOCK TABLE $tables IN ROW EXCLUSIVE MODE;
        SELECT pg_advisory_xact_lock(7); ALTER TYPE mood ADD VALUE 'another';
        DECLARE c CURSOR FOR SELECT FROM v; FETCH c; SELECT count(*) FROM b"
    runners=()
    # One makes the schema: they would wait for each other.
    "$ZDM" run none.lua >out 2>err
    for plan in $plans; do
        # FINALIZE has the partition for itself while it waits: nobody else could read the catalog.
        [ "$plan" != finalize ] || in_the_middle $((n - 1))
        "$ZDM" run "$plan.lua" >"$plan.out" 2>"$plan.err" &
        runners+=($!)
    done
    in_the_middle $n
}
cat >none.lua <<'EOL'
return plan "none" { api = 1, expand { sql "step" [[SELECT 1]] } }
EOL

in_the_middle() {
    wait_until "SELECT count(*) FROM pg_stat_activity WHERE $waiting" "$1"
}

# All is as if nothing had happened.
check_end() {
    for plan in $plans; do
        check_eq "$1: $plan is journaled" done "$(sql "SELECT state FROM zdm.journal WHERE plan = '$plan'")"
    done
    check_eq "$1: nothing INVALID, the right indexes" \
        "A v
b_id
e_pkey
e_v
f_pkey
$long
p1_pkey
p_pkey" "$(sql "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                 JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN ('public', 'Other', 'My Schema')
                WHERE i.indisvalid ORDER BY c.relname")"
    check_eq "$1: nothing INVALID" 0 "$(sql 'SELECT count(*) FROM pg_index WHERE NOT indisvalid')"
    check_eq "$1: partitions" m2 "$(sql "SELECT inhrelid::regclass FROM pg_inherits
                                         WHERE inhparent IN ('m'::regclass, 'h'::regclass)")"
    check_eq "$1: it is validated" t "$(sql "SELECT convalidated FROM pg_constraint WHERE conname = 'checked'")"
    check_eq "$1: one value more" "so-so fine" \
        "$(sql "SELECT string_agg(enumlabel, ' ' ORDER BY enumsortorder) FROM pg_enum")"
    check_eq "$1: it is vacuumed" t "$(sql "SELECT relpages > 0 AND relallvisible = relpages FROM pg_class
                                            WHERE oid = 'v'::regclass")"
}

# Every backend is ended: each run goes on by itself.
begin ended
sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE $waiting" >ended.n
check_eq "backends that were ended" $n "$(cat ended.n)"
check_eq "an interrupted DETACH is pending" t \
    "$(sql "SELECT bool_or(inhdetachpending) FROM pg_inherits WHERE inhparent = 'm'::regclass")"
release_lock
for runner in "${runners[@]}"; do wait "$runner"; done
check_end ended
check_has detach.out 'is half detached, left by an interrupted DETACH: finalizing it'
check_has reindex.out '_ccnew is INVALID, left by this step when it was interrupted: dropping it'
check_has retable.out 'left by this step when it was interrupted'
check_has create.out 'left by an interrupted build'

# zdm is killed, and the server told to end what it left behind; the next runs find it.
begin killed
kill -9 "${runners[@]}"
for runner in "${runners[@]}"; do wait "$runner" || true; done
sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
      WHERE application_name LIKE 'zdm/%' AND datname = current_database()" >/dev/null
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'zdm/%' AND datname = current_database()" 0
release_lock
for plan in $plans; do "$ZDM" run "$plan.lua" >"$plan.out" 2>"$plan.err"; done
check_end killed

# The server crashes: one backend is killed, and the postmaster ends the others and recovers.
begin crashed
as_server kill -9 "$(sql "SELECT min(pid) FROM pg_stat_activity WHERE $waiting")"
release_lock
for runner in "${runners[@]}"; do wait "$runner"; done
check_end crashed

# Killed at once: announced and not sent, then done and not journaled. In a transaction: done and not committed.
fresh_db points model
export ZDM_LEDGER=$PWD/points.db
for plan in $plans; do
    points='alone.started alone.after' state=started
    case " $alone " in *" $plan "*) ;; *) points='journal.before journal.after' state='' ;; esac
    for point in $points; do
        ZDM_FAILPOINT=$point check_exit 137 "$ZDM" run "$plan.lua"
        check_eq "$plan was begun" "$state" "$(sql "SELECT state FROM zdm.journal WHERE plan = '$plan'")"
    done
    "$ZDM" run "$plan.lua" >"$plan.out" 2>"$plan.err"
done
check_end points
