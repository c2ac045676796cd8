# What the author's SQL and hooks do to the session: it ends with the step, or ends the run with a
# message that says what to do.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO t (id) SELECT generate_series(1, 500); ANALYZE t'

# plan NAME PHASES: writes plan.lua
plan() {
    printf 'return plan "%s" { api = 1,\n%s\n}\n' "$1" "$2" >plan.lua
}
hook() { # NAME BODY [FIELDS]
    plan "$1" "expand { hook \"a\" { ${3:-} run = function(db) $2 end } }"
}

# A step that ends its own session, or may never write, is not tried for ever.
hook suicide 'db:exec("SELECT pg_terminate_backend(pg_backend_pid())")'
check_exit 1 "$ZDM" run plan.lua
check_has "$err" 'step "a" lost its session 5 times in a row: terminating connection'
check_has "$err" 'plan.lua:2'
plan readonly 'expand { sql "a" [[SET TRANSACTION READ ONLY]] }'
check_exit 1 "$ZDM" run plan.lua
check_has "$err" 'cannot execute INSERT in a read-only transaction'

# An error that a hook caught has ended its transaction all the same; with a savepoint it has not.
hook caught 'db:try_exec("SELECT 1/0")'
check_exit 1 "$ZDM" run plan.lua
check_has "$err" 'went on after an error that ended its transaction'
check_has "$err" 'SAVEPOINT'
hook saved 'db:exec("SAVEPOINT s") db:try_exec("SELECT 1/0") db:exec("ROLLBACK TO s")'
check_exit 0 "$ZDM" run plan.lua

# A constraint that fails at COMMIT is blamed on the step.
plan deferred 'expand { sql "a" [[
    CREATE TABLE d (i int PRIMARY KEY, j int REFERENCES d DEFERRABLE INITIALLY DEFERRED);
    INSERT INTO d VALUES (1, 2)]] }'
check_exit 1 "$ZDM" run plan.lua
check_has "$err" 'plan.lua:2'
check_has "$err" 'violates foreign key'
check_eq "rolled back" t "$(sql "SELECT to_regclass('d') IS NULL")"

# Role, settings, prepared statements and temporary tables stay behind, so that an undisturbed run
# does what a resumed one does.
plan leftovers 'expand {
  hook "role" { transaction = false, run = function(db) db:exec("SET ROLE pg_monitor") end },
  sql "temporary" [[CREATE TEMP TABLE t (id int); LISTEN x; SET search_path = pg_temp]],
  sql "column" [[ALTER TABLE t ADD COLUMN late int]],
}'
check_exit 0 "$ZDM" run plan.lua
check_eq "the real table was altered" 1 "$(sql \
    "SELECT count(*) FROM pg_attribute WHERE attrelid = 'public.t'::regclass AND attname = 'late'")"

# The plan stays ours when a step lets go of every advisory lock.
plan unlock 'expand {
  sql "unlock" [[SELECT pg_advisory_unlock_all()]]
    { allow = { "uninspectable" }, because = "it lets go of locks only" },
  hook "discard" { transaction = false, run = function(db) db:exec("DISCARD ALL") end },
  sql "wait" [[ALTER TABLE t ADD COLUMN later int]],
}'
hold_lock 'LOCK TABLE t IN ACCESS SHARE MODE'
"$ZDM" run plan.lua >out1 2>err1 &
runner=$!
wait_for_line out1 'lock not free'
check_exit 5 "$ZDM" run --ledger other.db plan.lua
release_lock
wait "$runner"

# "done" is on disk, also where the database does not care.
sql "ALTER DATABASE \"$PGDATABASE\" SET synchronous_commit = off;
     CREATE TABLE seen (plan text, commit text);
     CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
       INSERT INTO public.seen VALUES (new.plan, current_setting('synchronous_commit')); RETURN new; END \$\$;
     CREATE TRIGGER see AFTER INSERT OR UPDATE ON zdm.journal FOR EACH ROW EXECUTE FUNCTION see()"
plan durable 'expand { sql "a" [[SET synchronous_commit = off]] }, gate "g" { approval "yes" }'
check_exit 3 "$ZDM" run plan.lua
"$ZDM" approve plan.lua g --note "fine" >out
"$ZDM" run plan.lua >out
check_eq "every row of the journal was waited for" "3|on" \
    "$(sql "SELECT count(*), max(commit) FROM seen WHERE plan = 'durable'")"
sql "ALTER DATABASE \"$PGDATABASE\" RESET synchronous_commit"

# A search_path with an = of its own before pg_catalog does not fool the backfill's cursor.
sql "CREATE SCHEMA evil; CREATE FUNCTION evil.eq(text, text) RETURNS bool LANGUAGE sql AS 'SELECT false';
     CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.eq);
     ALTER DATABASE \"$PGDATABASE\" SET search_path = evil, public, pg_catalog"
plan hostile 'backfill "count" { table = "t", set = { n = "n + 1" } }'
check_exit 0 "$ZDM" run plan.lua
check_eq "counted once" "1|1" "$(sql 'SELECT min(n), max(n) FROM t')"
sql "ALTER DATABASE \"$PGDATABASE\" RESET search_path"

# A step that somebody marked done by hand is not the plan's step.
sql "INSERT INTO zdm.journal (plan, step, state, kind, epoch, who) VALUES ('hand', 'a', 'done', 'sql', 0, 'me')"
plan hand 'expand { sql "a" [[SELECT 1]] }'
check_exit 7 "$ZDM" run plan.lua
check_exit 7 "$ZDM" status plan.lua
