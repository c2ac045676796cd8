# What a rollback would lose: seen before it, seen again under the locks of each undo, and what a sync really keeps.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql "CREATE TABLE people (id int PRIMARY KEY, email text);
     INSERT INTO people SELECT i, 'P' || i FROM generate_series(1, 20) AS i; ANALYZE people"

commit_lock() {
    printf '%s\n' 'COMMIT;' >&"$zdm_holder_in"
    release_lock
}

# refused_behind FILE PLAN: a rollback that has looked, and waits for the holder's lock, who commits then.
refused_behind() {
    : >"$1" # what the one before said is not waited for
    "$ZDM" rollback "$2" --format json >"$1" 2>&1 &
    runner=$!
    wait_for_line "$1" '"event":"undo-start"'
    commit_lock
    code=0
    wait "$runner" || code=$?
    check_eq "refused" 4 "$code"
}

# --- somebody writes between the look and the undo
cat >log.lua <<'END'
return plan "log" { api = 1, expand {
  sql "table" "CREATE TABLE changes (id int)",
  sql "column" "ALTER TABLE people ADD COLUMN note text",
} }
END
check_exit 0 "$ZDM" run log.lua
hold_lock "INSERT INTO changes VALUES (1)"
refused_behind late.out log.lua
check_has late.out 'taking back step \"table\" would lose data that was not there before'
check_has late.out 'table changes'
check_eq "the row is there" 1 "$(sql 'SELECT count(*) FROM changes')"
check_eq "the step behind it is taken back" 0 "$(sql "SELECT count(*) FROM pg_attribute WHERE attname = 'note'")"
check_exit 0 "$ZDM" run log.lua
sql 'DELETE FROM changes'
hold_lock "UPDATE people SET note = 'x' WHERE id = 3"
refused_behind late.out log.lua
check_has late.out 'the values of column people.note'
check_eq "the value is there" 1 "$(sql 'SELECT count(note) FROM people')"

# Whoever accepts what a hook may lose has not accepted what is written since.
sql 'UPDATE people SET note = NULL'
sed 's/return plan "log"/return plan "hooked"/; s/TABLE changes/TABLE hooked/; s/note/remark/
     s/^} }/  hook "h" { run = function() end, undo = function() end },\n&/' log.lua >hooked.lua
check_exit 0 "$ZDM" run hooked.lua
check_exit 4 "$ZDM" rollback hooked.lua
check_has "$err" 'what the undo function of "h" loses is not known'
check_lacks "$err" remark
hold_lock "UPDATE people SET remark = 'x' WHERE id = 3"
: >late.out
"$ZDM" rollback hooked.lua --accept-data-loss --format json >late.out 2>&1 &
runner=$!
wait_for grep -q '"event":"undo-start".*"step":"column"' late.out
commit_lock
code=0
wait "$runner" || code=$?
check_eq "refused" 4 "$code"
check_has late.out 'lost, as was accepted: what the undo function of \"h\" loses is not known'
check_has late.out 'the values of column people.remark'
check_has late.out 'once more with --accept-data-loss'
check_eq "the value is there" 1 "$(sql 'SELECT count(remark) FROM people')"
check_exit 0 "$ZDM" rollback hooked.lua --accept-data-loss --format json
check_has "$out" 'lost, as was accepted: the values of column people.remark'

# Nor what is written until it has found its way back from a lost session.
check_exit 0 "$ZDM" run hooked.lua
hold_lock "UPDATE people SET remark = NULL WHERE id = 3"
: >late.out
"$ZDM" rollback hooked.lua --accept-data-loss --format json >late.out 2>&1 &
runner=$!
wait_for grep -q '"event":"undo-start".*"step":"column"' late.out
sql "UPDATE people SET remark = 'x' WHERE id = 4"
sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'zdm/%'" >/dev/null
wait_for grep -q 'connected again' late.out
commit_lock
code=0
wait "$runner" || code=$?
check_eq "refused" 4 "$code"
check_has late.out 'once more with --accept-data-loss'
check_eq "the value is there" 1 "$(sql 'SELECT count(remark) FROM people')"
check_exit 0 "$ZDM" rollback hooked.lua --accept-data-loss

# --- a table that is locked while it looks: by whom
sql 'UPDATE people SET note = NULL'
hold_lock 'LOCK TABLE changes'
check_exit 4 "$ZDM" rollback log.lua
check_has "$err" 'the table is locked by pid'
release_lock
check_exit 0 "$ZDM" rollback log.lua

# --- what a sync keeps: what it would have written, not what a backfill put there
sync_plan() { # NAME EXPRESSION [more of the backfill]
    cat >"$1.lua" <<END
return plan "$1" { api = 1,
  expand {
    sql "add" [[ALTER TABLE people ADD COLUMN "$1" varchar(5)]],
    sync { table = "people", from = "email", to = '"$1"' },
  },
  backfill "fill" { table = "people", set = { ["\"$1\""] = [[$2]] }, where = [["$1" IS NULL]]${3-} },
}
END
    check_exit 0 "$ZDM" run "$1.lua"
}
sync_plan same 'people.email -- as it is'
check_exit 0 "$ZDM" rollback same.lua
sync_plan Lower 'lower(email)'
check_exit 4 "$ZDM" rollback Lower.lua
check_has "$err" 'the values of column people."Lower", about 20 rows: some are not in'
sql 'UPDATE people SET "Lower" = email' # a write of the application
check_exit 0 "$ZDM" rollback Lower.lua

# Its triggers are gone already; then somebody writes to the new column alone.
sync_plan alone email ', undo = "nothing"'
check_exit 0 "$ZDM" rollback alone.lua --to add --dry-run
check_has <(tr -s ' \n' ' ' <"$out") 'column people.alone stays, and nothing keeps it in step from then on'
check_exit 0 "$ZDM" rollback alone.lua --to add
check_has "$out" 'column people.alone stays'
check_eq "no triggers" 0 "$(sql "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'people'::regclass")"
check_exit 0 "$ZDM" rollback alone.lua --dry-run
hold_lock "UPDATE people SET alone = 'new' WHERE id = 7"
refused_behind late.out alone.lua
check_has late.out 'some are not in the other column of the sync'
check_eq "still there" new "$(sql 'SELECT alone FROM people WHERE id = 7')"
check_exit 4 "$ZDM" rollback alone.lua
check_exit 0 "$ZDM" rollback alone.lua --accept-data-loss

# --- a sync and its column go together: new code, which writes to the new column alone all the while, loses nothing
cat >pair.lua <<'END'
return plan "pair" { api = 1,
  expand {
    sql "add" [[ALTER TABLE people ADD COLUMN pair varchar(9); CREATE TABLE side ()]]
      { undo = [[ALTER TABLE people DROP COLUMN pair; DROP TABLE side]] },
    sql "short" [[ALTER TABLE people ADD CONSTRAINT short CHECK (length(pair) < 10) NOT VALID]],
    sql "index" [[CREATE INDEX CONCURRENTLY people_pair ON people (pair)]],
  },
  gate "open" { sql "x" "SELECT true" },
  expand { sync { table = "people", from = "email", to = "pair" } },
  backfill "fill" { table = "people", set = { pair = "email" }, where = "pair IS NULL" },
}
END
pair_state() {
    sql "SELECT string_agg(state, ' ' ORDER BY step) FROM zdm.journal WHERE plan = 'pair' AND step IN ('add', 'short', 'sync people.email <-> pair')"
    sql "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'people'::regclass"
    sql "SELECT count(*) FROM pg_constraint WHERE conname = 'short'"
    sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 'people'::regclass AND attname = 'pair'"
}
all_there=$'done done done\n2\n1\n1'
sql "CREATE TABLE written (n int, id int, value text)"
writer() {
    local n=0
    while sql "WITH new AS (UPDATE people SET pair = 'new$n' WHERE id = 1 + $n % 20 RETURNING *)
               INSERT INTO written SELECT $n, id, pair FROM new" 2>writer.err; do
        n=$((n + 1))
    done
}
check_exit 0 "$ZDM" run pair.lua
check_exit 0 "$ZDM" rollback pair.lua --dry-run --format json
check_eq "together: what is one transaction, the index before it, and the gate behind that before" \
    "fill false, open false, index false, sync people.email <-> pair true, short true, add false" \
    "$(jq -r '[.steps[] | "\(.id) \(.with_next)"] | join(", ")' "$out")"
writer &
writing=$!
hold_lock 'LOCK TABLE side IN ACCESS SHARE MODE' # in the way of the undo of "add", and of no other
: >late.out
"$ZDM" rollback pair.lua --format json >late.out 2>&1 &
runner=$!
wait_for grep -q '"event":"lock-wait".*"step":"add"' late.out
seen=$(sql 'SELECT max(n) FROM written')
wait_until "SELECT max(n) > $seen + 5 FROM written" t
check_eq "nothing is taken back yet" "$all_there" "$(pair_state)"
commit_lock
wait "$runner" || fail "rollback: $(cat late.out)"
wait "$writing"
check_has writer.err 'column "pair" of relation "people" does not exist'
check_eq "each value that was written is in the old column" 0 "$(sql "
    SELECT count(*) FROM (SELECT DISTINCT ON (id) id, value FROM written ORDER BY id, n DESC) AS last
    JOIN people USING (id) WHERE email IS DISTINCT FROM value")"

# What it finds under the locks stops them all, and the triggers stay.
check_exit 0 "$ZDM" run pair.lua
hold_lock "SET LOCAL session_replication_role = replica; UPDATE people SET pair = 'past' WHERE id = 7"
refused_behind late.out pair.lua
check_has late.out 'taking back step \"add\" would lose data'
check_has late.out 'the values of column people.pair'
check_has late.out 'the steps behind \"sync people.email <-> pair\" are taken back, and before it \"index\", \"open\"; it and the others before are as they were'
check_eq "the index is" 0 "$(sql "SELECT count(*) FROM pg_class WHERE relname = 'people_pair'")"
check_eq "nothing is taken back" "$all_there" "$(pair_state)"
check_eq "still there" past "$(sql 'SELECT pair FROM people WHERE id = 7')"
sql "UPDATE people SET pair = 'kept' WHERE id = 7"

# Killed in the middle: none of them.
check_exit 137 env ZDM_FAILPOINT=undo.between:2 "$ZDM" rollback pair.lua
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'zdm/pair%'" 0
check_eq "nothing is taken back" "$all_there" "$(pair_state)"
check_exit 0 "$ZDM" rollback pair.lua
check_eq "all is" $'undone undone undone\n0\n0\n0' "$(pair_state)"
check_eq "kept" kept "$(sql 'SELECT email FROM people WHERE id = 7')"

# A hook between them: each for itself. What is in one of the columns alone stops the later one.
sed 's/"pair"/"apart"/; s/pair/apart/g; s/side/aside_too/g; /"index"/d; s/sql "short".*/hook "h" { run = function() end, undo = function(db)\n      db:exec("UPDATE written SET n = n") end },/' pair.lua >apart.lua
check_exit 0 "$ZDM" run apart.lua
check_exit 0 "$ZDM" rollback apart.lua --accept-data-loss --dry-run --format json
check_eq "not together" false "$(jq '[.steps[].with_next] | any' "$out")"
hold_lock 'LOCK TABLE written'
: >late.out
"$ZDM" rollback apart.lua --accept-data-loss --format json >late.out 2>&1 &
runner=$!
wait_for grep -q '"event":"lock-wait".*"step":"h"' late.out
sql "UPDATE people SET apart = 'new' WHERE id = 7"
release_lock
code=0
wait "$runner" || code=$?
check_eq "refused" 4 "$code"
check_has late.out 'the values of column people.apart'
check_eq "still there" new "$(sql 'SELECT apart FROM people WHERE id = 7')"
check_exit 0 "$ZDM" rollback apart.lua --accept-data-loss

# Its sync had ended; somebody writes to the new column alone before the rollback makes it anew.
sed 's/^  backfill.*/&\n  gate "ready" { sql "x" "SELECT true" },\n  contract { unsync { table = "people", from = "email", to = "again" } },/
     s/alone/again/g' alone.lua >again.lua
check_exit 0 "$ZDM" run again.lua
check_exit 0 "$ZDM" rollback again.lua --dry-run
hold_lock "UPDATE people SET again = 'new' WHERE id = 7"
refused_behind late.out again.lua
check_has late.out 'some are not in the other column of the sync'
check_eq "still there" new "$(sql 'SELECT again FROM people WHERE id = 7')"
check_exit 0 "$ZDM" rollback again.lua --accept-data-loss

# A column that has another name until the way back gives it its own is looked at behind that, not before.
cat >named.lua <<'END'
return plan "named" { api = 1,
  expand {
    sql "columns" "ALTER TABLE people ADD COLUMN one text, ADD COLUMN other text",
    sync { table = "people", from = "email", to = "one" },
  },
  backfill "fill" { table = "people", set = { one = "email" }, where = "one IS NULL" },
  gate "ready" { sql "x" "SELECT true" },
  contract {
    unsync { table = "people", from = "email", to = "one" },
    sql "swap" "ALTER TABLE people RENAME email TO was; ALTER TABLE people RENAME one TO email"
      { allow = { "break-rename-column" }, because = "all code is new" },
  },
  expand { sync { table = "people", from = "note", to = "other" } },
}
END
sql "ALTER TABLE people ADD COLUMN IF NOT EXISTS note text"
check_exit 0 "$ZDM" run named.lua
sql "UPDATE people SET email = 'new' WHERE id = 7"
check_exit 4 "$ZDM" rollback named.lua
check_has "$err" 'the values of column people.one'
check_eq "still there" new "$(sql 'SELECT one FROM people WHERE id = 7')"
check_exit 0 "$ZDM" rollback named.lua --accept-data-loss

# --- rows that a step deleted, also where its author says that there is nothing to take back
cat >erase.lua <<'END'
return plan "erase" { api = 1,
  backfill "purge" { table = "people", delete = true, where = "id > 15", undo = "nothing" },
}
END
check_exit 0 "$ZDM" run erase.lua
check_exit 4 "$ZDM" rollback erase.lua
check_has "$err" 'rows of table people, deleted by "purge"'
check_exit 0 "$ZDM" rollback erase.lua --accept-data-loss

# --- what an undo takes along, and only the target knows
sql "CREATE TYPE shade AS ENUM ('dark'); CREATE TABLE painted (id int PRIMARY KEY, shade shade);
     INSERT INTO painted VALUES (1, 'dark'); CREATE TABLE sold (painted int REFERENCES painted);
     INSERT INTO sold VALUES (1)"
cat >along.lua <<'END'
return plan "along" { api = 1, expand {
  sql "one" "CREATE TABLE one ()" { undo = "DROP TABLE one; DROP TYPE shade CASCADE" },
  sql "two" "CREATE TABLE two ()" { undo = "DROP TABLE two; TRUNCATE painted CASCADE" },
  sql "three" "CREATE TABLE three ()" {
    undo = "DROP TABLE three; MERGE INTO painted p USING sold ON p.id = 1 WHEN NOT MATCHED THEN DO NOTHING" ..
      " WHEN MATCHED THEN DELETE" },
  sql "four" "CREATE TABLE four ()" {
    undo = "DROP TABLE four; WITH d AS (DELETE FROM sold WHERE painted = 1 RETURNING 1) SELECT FROM d" },
} }
END
if [ "$(sql 'SHOW server_version_num')" -lt 150000 ]; then # which have no MERGE
    sed -i 's/MERGE INTO painted p USING sold .* NOTHING/DELETE FROM painted WHERE id = 1/; s/ WHEN MATCHED THEN DELETE//' along.lua
fi
check_exit 0 "$ZDM" run along.lua
check_exit 4 "$ZDM" rollback along.lua
check_has "$err" 'type shade and what depends on it'
check_has "$err" 'rows of table painted and what depends on it'
check_has "$err" 'rows of table sold, how many'
check_has "$err" 'rows of table painted, how many'
check_eq "all is there" "dark 1" \
    "$(sql "SELECT shade || ' ' || sold.painted FROM sold JOIN painted ON painted.id = sold.painted")"
check_exit 0 "$ZDM" rollback along.lua --accept-data-loss
sql 'DROP TABLE sold, painted'

# --- an index without a schema: the search_path may find another one by that name first
sql 'CREATE SCHEMA aside; CREATE TABLE aside.other (id int)'
cat >index.lua <<'END'
return plan "index" { api = 1, expand {
  sql "build" "CREATE INDEX CONCURRENTLY people_email ON people (email)",
} }
END
check_exit 0 "$ZDM" run index.lua
sql 'CREATE INDEX people_email ON aside.other (id)'
elsewhere() {
    check_exit "$1" env PGOPTIONS='-c search_path=aside,public' "$ZDM" rollback index.lua
}
elsewhere 4
check_has "$err" '"build" (line 2)'
check_has "$err" 'its index has no schema in the plan'
check_eq "both are there" 2 "$(sql "SELECT count(*) FROM pg_class WHERE relname = 'people_email'")"
sql 'DROP INDEX aside.people_email'
elsewhere 0

# --- what depends on it: never CASCADE
cat >type.lua <<'END'
return plan "type" { api = 1, expand { sql "type" "CREATE TYPE mood AS ENUM ('ok')" } }
END
check_exit 0 "$ZDM" run type.lua
sql 'ALTER TABLE people ADD COLUMN mood mood'
check_exit 1 "$ZDM" rollback type.lua
check_has "$err" 'column mood of table people depends on type mood'
check_lacks "$err" 'Use DROP'
check_has "$err" 'each by its name'

# --- what CASCADE takes along is asked of the catalog; EXPLAIN ANALYZE does what it explains
sql "CREATE TABLE base (id int PRIMARY KEY); CREATE TABLE kid () INHERITS (base); CREATE TABLE lonely (id int)"
cat >cascade.lua <<'PLAN'
return plan "cascade" {
    api = 1,
    expand {
        sql "view" "CREATE VIEW seen AS SELECT 1 AS id" { undo = "DROP VIEW seen CASCADE" },
        sql "alone" "CREATE VIEW nobody AS SELECT 1 AS id" { undo = "DROP VIEW nobody CASCADE" },
        sql "explained" "CREATE TABLE x (id int)" { undo = "EXPLAIN ANALYZE DELETE FROM lonely; DROP TABLE x",
            allow = { "dml-unbatched" }, because = "it is empty" },
        sql "table" "CREATE TABLE y (id int PRIMARY KEY)" { undo = "DROP TABLE y CASCADE" },
    },
}
PLAN
check_exit 0 "$ZDM" run cascade.lua
check_exit 0 "$ZDM" rollback cascade.lua --dry-run
sql "CREATE MATERIALIZED VIEW kept AS SELECT * FROM seen; CREATE VIEW over AS SELECT * FROM kept;
    CREATE TABLE z (y int CONSTRAINT z_y REFERENCES y, whole y); CREATE TABLE under (own int) INHERITS (y);
    INSERT INTO lonely VALUES (1)"
check_exit 4 "$ZDM" rollback cascade.lua
tr -s ' \n' ' ' <"$err" >flat
check_has flat 'what goes with view seen by CASCADE: materialized view kept, view over'
check_has flat 'what goes with table y by CASCADE: column whole of table z, constraint z_y on table z, table under'
check_has flat 'rows of table lonely'
check_lacks flat 'view nobody'
check_exit 0 "$ZDM" rollback cascade.lua --accept-data-loss
