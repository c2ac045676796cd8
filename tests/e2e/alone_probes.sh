# What the catalog says about statements outside transactions decides, the first time and later.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

# plan NAME SQL [OPTIONS]
plan() {
    cat >"$1.lua" <<EOL
return plan "$1" { api = 1, expand { sql "step" [[$2]] ${3:-} } }
EOL
}
sql "CREATE TABLE t (id int PRIMARY KEY, v int); CREATE INDEX t_v ON t (v);
     CREATE TABLE m (id int) PARTITION BY RANGE (id);
     CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (0) TO (100);
     CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (100) TO (200)"

# Done and not journaled is done; there before it was begun, or never there, is a mistake, in every run.
plan database 'CREATE DATABASE "New one"'
ZDM_FAILPOINT=alone.after check_exit 137 "$ZDM" run database.lua
check_exit 0 "$ZDM" run database.lua
plan again 'CREATE DATABASE "New one"'
plan gone 'DROP DATABASE "Old one"' '{ allow = { "drop-database" }, because = "it is empty" }'
plan detach 'ALTER TABLE m DETACH PARTITION t CONCURRENTLY'
for _ in 1 2; do
    check_exit 1 "$ZDM" run again.lua
    check_has "$err" 'database "New one" already exists'
    check_exit 1 "$ZDM" run detach.lua
    check_has "$err" 'is not a partition of relation "m"'
    check_has "$err" 'detach.lua:1'
done
plan system "ALTER SYSTEM SET work_mem = '5MB'" '{ allow = { "alter-system" }, because = "a test" }'
plan enum "ALTER TYPE mood ADD VALUE 'fine'"
sql "CREATE TYPE mood AS ENUM ('so-so')"
for p in system enum; do check_exit 0 "$ZDM" run $p.lua; done
check_eq "an enum value needs no probe: it is added in a transaction" fine \
    "$(sql "SELECT enumlabel FROM pg_enum WHERE enumlabel = 'fine'")"

# A DETACH that somebody else began and left is finalized; one that is under way is waited for.
hold_lock 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM m'
psql -Xq -c "ALTER TABLE m DETACH PARTITION m1 CONCURRENTLY" 2>detacher.err &
detacher=$!
wait_until 'SELECT count(*) FROM pg_inherits WHERE inhdetachpending' 1
plan m1 'ALTER TABLE m DETACH PARTITION m1 CONCURRENTLY'
"$ZDM" run m1.lua >m1.out 2>m1.err &
runner=$!
wait_for_line m1.out 'is being detached by another session'
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE m DETACH%' AND application_name = 'psql'" >/dev/null
wait "$detacher" || true
wait_for_line m1.out 'is half detached'
wait_for_line m1.out 'SELECT count(*) FROM m'
check_eq "readers get through between its attempts" 0 "$(sql 'SELECT count(*) FROM m1')"
release_lock
wait "$runner"
check_eq "detached" m2 "$(sql "SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'm'::regclass")"

# So is one of another role, whose statement ours may not see: it shows in how it waits. A concurrent build does not
# look like that.
sql "CREATE ROLE plain LOGIN; GRANT USAGE, CREATE ON SCHEMA zdm TO plain; GRANT ALL ON ALL TABLES IN SCHEMA zdm TO plain;
     CREATE TABLE h (id int) PARTITION BY RANGE (id); CREATE TABLE h1 PARTITION OF h FOR VALUES FROM (0) TO (9);
     CREATE TABLE built (id int); ALTER TABLE h OWNER TO plain; ALTER TABLE h1 OWNER TO plain"
hidden() { sql "PREPARE look AS $(cat "$ZDM_SOURCE/engine/run/sql/detach_state.sql"); EXECUTE look(NULL, 'h', NULL, 'h1')" -U plain; }
hold_lock 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM h; SELECT count(*) FROM built'
psql -Xq -c 'CREATE INDEX CONCURRENTLY ON built (id)' 2>builder.err &
builder=$!
waits="SELECT count(*) FROM pg_locks WHERE locktype = 'virtualxid' AND NOT granted"
wait_until "$waits" 1
check_eq "a build is none" 'attached|h|h1||' "$(hidden)"
sql "SELECT pg_cancel_backend(pid) FROM pg_locks WHERE locktype = 'virtualxid' AND NOT granted" >cancelled
wait "$builder" || true
psql -Xq -c 'ALTER TABLE h DETACH PARTITION h1 CONCURRENTLY' 2>detacher.err &
detacher=$!
wait_until "$waits" 1
plan h1 'ALTER TABLE h DETACH PARTITION h1 CONCURRENTLY'
"$ZDM" run --db "$ZDM_DATABASE_URL user=plain" h1.lua >h1.out 2>h1.err &
runner=$!
wait_for_line h1.out 'by how it waits: to see its statement takes the role pg_read_all_stats'
release_lock
wait "$detacher" || fail "the other's DETACH: $(cat detacher.err)"
wait "$runner" || fail "the run beside it: $(cat h1.out h1.err)"
check_eq "detached by the other" 0 "$(sql "SELECT count(*) FROM pg_inherits WHERE inhparent = 'h'::regclass")"
sql 'DROP TABLE built'

# What another REINDEX left is told, never dropped; nor what is only called like that.
plan reindex 'REINDEX TABLE CONCURRENTLY t'
sql 'CREATE INDEX t_v_ccnew ON t (v); CREATE INDEX x_ccnew ON t (v)'
sql "UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('t_v_ccnew'::regclass, 'x_ccnew'::regclass)"
ZDM_FAILPOINT=alone.started check_exit 137 "$ZDM" run reindex.lua
check_has "$out" 'index public.t_v_ccnew is INVALID, left by another REINDEX'
check_has "$out" 'DROP INDEX CONCURRENTLY public.t_v_ccnew'
grep -v '^drift' "$out" >told
check_lacks told x_ccnew
sql 'CREATE INDEX t_v_ccnew1 ON t (v)'
sql "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_v_ccnew1'::regclass"
check_exit 0 "$ZDM" run reindex.lua
check_has "$out" 'index public.t_v_ccnew1 is INVALID, left by this step'
check_eq "the others are there" 't_v_ccnew
x_ccnew' "$(sql 'SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1')"

# An INVALID index of the plan's name that is another one was not left by this plan.
plan other 'CREATE INDEX CONCURRENTLY x_ccnew ON t (id)'
check_exit 1 "$ZDM" run other.lua
check_has "$err" 'index public.x_ccnew exists already and is another one'

# UNIQUE with duplicates: no INVALID index is left behind, and the message says which value.
sql 'INSERT INTO t VALUES (1, 7), (2, 7)'
plan unique 'CREATE UNIQUE INDEX CONCURRENTLY t_unique ON t (v)'
check_exit 1 "$ZDM" run unique.lua
check_has "$err" '(v)=(7) is duplicated'
check_eq "nothing is left" 0 "$(sql "SELECT count(*) FROM pg_class WHERE relname = 't_unique'")"
sql 'DELETE FROM t WHERE id = 2'
check_exit 0 "$ZDM" run unique.lua

# A role without rights is told so, and the step can be run by one that has them.
sql "CREATE ROLE narrow LOGIN; GRANT USAGE, CREATE ON SCHEMA zdm, public TO narrow;
     GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA zdm TO narrow"
plan mine 'CREATE INDEX CONCURRENTLY t_mine ON t (v, id)'
check_exit 1 "$ZDM" run --db "host=$PGHOST port=$PGPORT user=narrow dbname=$PGDATABASE" mine.lua
check_has "$err" 'must be owner of table t'
check_exit 0 "$ZDM" run mine.lua

# A partitioned table has no concurrent build: the server says so, and nothing of it is dropped.
sql 'CREATE INDEX m_id ON ONLY m (id)'
plan parts 'CREATE INDEX CONCURRENTLY m_id ON m (id)'
check_exit 1 "$ZDM" run parts.lua
check_has "$err" 'cannot create index on partitioned table "m" concurrently'
check_eq "the parent's index is there" 1 "$(sql "SELECT count(*) FROM pg_class WHERE relname = 'm_id'")"

# The same index under another name is told, and made: it may be there to replace the other.
plan twin 'CREATE INDEX CONCURRENTLY t_twin ON t (v, id)'
check_exit 0 "$ZDM" plan twin.lua --db "$ZDM_DATABASE_URL"
check_has "$out" 'index-duplicate'
check_exit 0 "$ZDM" run twin.lua
check_has "$out" 'index t_twin is the same as t_mine, which is there already'
plan upside 'CREATE INDEX CONCURRENTLY t_upside ON t (v DESC, id)'
check_exit 0 "$ZDM" plan upside.lua --db "$ZDM_DATABASE_URL"
check_lacks "$out" 'index-duplicate'
check_exit 0 "$ZDM" run upside.lua
check_lacks "$out" 'is the same as'

# zdm plan says what tells.
tells() {
    check_exit 0 "$ZDM" plan --offline "$1.lua"
    tr -s ' \n' ' ' <"$out" >flat
    check_has flat "after an interruption $2"
}
tells database 'it is done when the database New one is there'
tells gone 'it is done when the database Old one is gone'
tells m1 'it is done when m1 is no partition of m; half done it is finalized'
tells reindex 'what it left INVALID is dropped, and it runs again'
tells twin 'the index t_twin tells whether it is done'
tells system 'it simply runs again, which is harmless'

# VACUUM FULL does not queue for its lock for longer than a try, nor asks for it while an old transaction is there.
sql 'CREATE TABLE full_t (id int); INSERT INTO full_t VALUES (1)'
hold_lock 'UPDATE full_t SET id = id'
vacuum='{ allow = { "rewrite-vacuum-full" }, because = "a test", old_transaction = "0s", lock_tries = 2 }'
plan full 'VACUUM FULL full_t' "$vacuum"
check_exit 1 "$ZDM" run full.lua
check_has "$err" 'gave up after 2 tries'
check_has "$err" 'in the way: pid '
plan full 'VACUUM FULL full_t' '{ allow = { "rewrite-vacuum-full" }, because = "a test", old_transaction = "1ms",
    wait_for_old_transactions = "0s" }'
check_exit 1 "$ZDM" run full.lua
check_has "$err" 'an old transaction is in the way'
release_lock
check_exit 0 "$ZDM" run full.lua
check_exit 0 "$ZDM" plan --offline --format sql full.lua
check_eq "in the script for psql" "SET lock_timeout = '2000ms';
VACUUM FULL full_t;
SET lock_timeout = 0;" "$(grep -B1 -A1 '^VACUUM FULL' "$out")"

# Nor does an undo.
plan back 'SELECT 1' '{ undo = "VACUUM FULL full_t", allow = { "rewrite-vacuum-full" }, because = "a test",
    old_transaction = "0s", lock_tries = 2 }'
check_exit 0 "$ZDM" run back.lua
hold_lock 'UPDATE full_t SET id = id'
check_exit 1 "$ZDM" rollback back.lua
check_has "$err" 'gave up after 2 tries'
release_lock
check_exit 0 "$ZDM" rollback back.lua

# The end of a DETACH does not keep readers of the partition waiting behind somebody's old transaction.
sql 'CREATE TABLE dt (id int) PARTITION BY RANGE (id); CREATE TABLE dt_1 PARTITION OF dt DEFAULT;
     ALTER TABLE dt DETACH PARTITION dt_1; ALTER TABLE dt ATTACH PARTITION dt_1 FOR VALUES FROM (0) TO (9)'
plan dt 'ALTER TABLE dt DETACH PARTITION dt_1 CONCURRENTLY' '{ lock_budget = "200ms" }'
hold_lock 'SELECT count(*) FROM dt_1'
"$ZDM" run dt.lua >dt.out &
runner=$!
wait_for_line dt.out 'half detached'
check_eq "a reader behind it" 0 "$(PGOPTIONS='-c lock_timeout=20s' sql 'SELECT count(*) FROM dt_1')"
check_eq "it is still held" pending "$(sql "SELECT CASE WHEN inhdetachpending THEN 'pending' END
    FROM pg_inherits WHERE inhrelid = 'dt_1'::regclass")"
release_lock
wait "$runner"
check_eq "detached" 0 "$(sql "SELECT count(*) FROM pg_inherits WHERE inhrelid = 'dt_1'::regclass")"

# What only the catalog knows to be partitioned is not worked on as a whole, and nothing is begun.
sql 'CREATE TABLE whole (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE whole_1 PARTITION OF whole DEFAULT'
plan whole 'REINDEX TABLE whole' '{ allow = { "reindex-blocking" }, because = "a test" }'
check_exit 2 "$ZDM" run whole.lua
check_has "$err" 'works on several tables one after the other'
check_has "$err" 'REINDEX TABLE public.whole_1'
plan cluster 'CLUSTER whole USING whole_pkey' '{ allow = { "rewrite-cluster" }, because = "a test" }'
check_exit 2 "$ZDM" run cluster.lua
check_has "$err" 'CLUSTER public.whole_1 USING'
plan every 'VACUUM FULL whole' "$vacuum"
check_exit 2 "$ZDM" run every.lua
check_has "$err" 'VACUUM FULL public.whole_1'
check_exit 2 "$ZDM" plan --db "$ZDM_DATABASE_URL" every.lua
check_has "$err" 'VACUUM FULL public.whole_1'
check_eq "nothing of them was begun" 0 "$(sql "SELECT count(*) FROM zdm.journal
                                               WHERE plan IN ('whole', 'cluster', 'every')")"
plan part 'REINDEX TABLE whole_1' '{ allow = { "reindex-blocking" }, because = "a test" }'
check_exit 0 "$ZDM" run part.lua
