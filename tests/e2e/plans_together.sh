# Several plans of one database: after, alongside, and two that want the same table.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'CREATE TABLE users (id int PRIMARY KEY, n int); CREATE TABLE "Other" (id int PRIMARY KEY);
     CREATE TABLE parted (id int) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF parted DEFAULT;
     INSERT INTO users SELECT generate_series(1, 3000), 0; ANALYZE users'

plan() { # NAME FIELDS BLOCKS
    echo "return plan \"$1\" { api = 1, $2 $3 }" >"$1.lua"
}
add() { # TABLE COLUMN
    echo "expand { sql \"$2\" [[ALTER TABLE $1 ADD COLUMN $2 int]] },"
}

# A plan waits for others, and is let go when they are done.
plan first '' "$(add '"Other"' a) gate \"g\" { approval \"yes\" }"
plan second 'after = "first",' "$(add '"Other"' b)"
plan third 'after = { "first", "second" },' "$(add '"Other"' c)"
check_exit 3 "$ZDM" run third.lua
check_has "$err" 'plan "third" comes after "first" (never run here), "second" (never run here), which are not done'
check_exit 3 "$ZDM" run second.lua
check_exit 3 "$ZDM" run first.lua
check_exit 3 "$ZDM" run second.lua
check_has "$err" 'plan "second" comes after "first", which is not done'
check_eq "nothing of it ran" 0 "$(sql "SELECT count(*) FROM pg_attribute WHERE attname IN ('b', 'c')")"
"$ZDM" approve first.lua g --note x >"$out"
check_exit 0 "$ZDM" run first.lua
check_exit 0 "$ZDM" run second.lua
check_exit 0 "$ZDM" run third.lua
check_exit 0 "$ZDM" run third.lua

# --wait waits for them, too.
plan early '' "$(add '"Other"' early) gate \"g\" { approval \"yes\" }"
plan patient 'after = "early",' "$(add '"Other"' patient)"
"$ZDM" run patient.lua --wait >patient.out 2>&1 &
runner=$!
wait_for_line patient.out 'waiting; ^C stops'
check_exit 3 "$ZDM" run early.lua --ledger early.db
check_exit 0 "$ZDM" approve early.lua g --note x --ledger early.db
check_exit 0 "$ZDM" run early.lua --ledger early.db
wait "$runner"
check_eq "it ran" 1 "$(sql "SELECT count(*) FROM pg_attribute WHERE attname = 'patient'")"

# One that an older zdm ran to its end, before steps were written down: said, and one more run settles it.
sql "UPDATE zdm.plan SET steps = NULL WHERE name = 'early'"
plan younger 'after = "early",' "$(add '"Other"' younger)"
check_exit 3 "$ZDM" run younger.lua
tr -s ' \n' ' ' <"$err" >flat
check_has flat 'run by an older zdm, which did not write down its steps: run it once more'
check_exit 0 "$ZDM" run early.lua --ledger early.db
check_exit 0 "$ZDM" run younger.lua

# A step that was taken out of the plan, so that it is done now, counts as done.
plan short '' "$(add '"Other"' s1) $(add '"Other"' s2)"
check_exit 0 "$ZDM" run short.lua --until s1
plan waits 'after = "short",' "$(add '"Other"' w)"
check_exit 3 "$ZDM" run waits.lua
plan short '' "$(add '"Other"' s1)"
check_exit 0 "$ZDM" run short.lua
check_exit 0 "$ZDM" run waits.lua

# A plan is its name, not its file: moved it goes on, and another one of the same name is told.
plan moved '' "$(add '"Other"' m1) $(add '"Other"' m2)"
check_exit 0 "$ZDM" run moved.lua --until m1
mkdir -p later
mv moved.lua later/renamed.lua
check_exit 0 "$ZDM" run later/renamed.lua
check_exit 0 "$ZDM" status later/renamed.lua
check_has "$out" '2 of 2 steps done'
plan moved '' "$(add '"Other"' quite_another)"
check_exit 7 "$ZDM" run moved.lua
tr -s ' \n' ' ' <"$err" >flat
check_has flat 'step "m1" was finished by this plan and is not in it any more'
check_has flat 'or give the changed plan another name'
check_exit 7 "$ZDM" rollback moved.lua
check_eq "nothing was changed" 0 "$(sql "SELECT count(*) FROM pg_attribute WHERE attname = 'quite_another'")"

# In a circle.
plan chicken 'after = "egg",' "$(add '"Other"' d)"
plan egg 'after = "chicken",' "$(add '"Other"' e)"
check_exit 3 "$ZDM" run chicken.lua
check_exit 4 "$ZDM" run egg.lua
check_has "$err" 'egg after chicken after egg'
check_exit 4 "$ZDM" run chicken.lua
plan self 'after = "self",' "$(add '"Other"' f)"
check_exit 2 "$ZDM" run self.lua
check_has "$err" 'names the plan itself'

# Interrupted, with something done: nobody else gets its table until it is at its end or a gate.
plan half '' 'expand { sql "h1" [[ALTER TABLE users ADD COLUMN h1 int]], sql "h2" [[SELECT 1 / 0]] }'
plan guest '' "$(add public.users guest)"
check_exit 1 "$ZDM" run half.lua
check_exit 4 "$ZDM" run guest.lua
check_has "$err" 'plan "half" was interrupted, and changes public.users too'
tr -s ' \n' ' ' <"$err" >flat
check_has flat "it stands before step \"h2\"; it was run last by $(id -un)@"
check_has flat 'run plan "half" to its end, or to a gate (zdm run); take it back (zdm rollback)'
check_has flat 'alongside = { "half" }'
# A view of its table is in its way, as its table is in that of a plan with the view.
sql 'CREATE VIEW users_seen AS SELECT id FROM users; CREATE VIEW seen_twice AS SELECT id FROM users_seen'
plan view '' 'expand { sql "v" [[ALTER VIEW seen_twice ALTER id SET DEFAULT 1]], sql "v2" [[SELECT 1 / 0]] }'
check_exit 4 "$ZDM" run view.lua
tr -s ' \n' ' ' <"$err" >flat
check_has flat 'plan "half" was interrupted, and changes public.users too'
plan view 'alongside = "half", because = "a test",' 'expand { sql "v" [[ALTER VIEW seen_twice ALTER id SET DEFAULT 1]], sql "v2" [[SELECT 1 / 0]] }'
check_exit 1 "$ZDM" run view.lua
plan table 'alongside = "half", because = "a test",' "$(add users tabled)"
check_exit 4 "$ZDM" run table.lua
tr -s ' \n' ' ' <"$err" >flat
check_has flat 'plan "view" was interrupted, and changes public.users too'
plan other_view 'alongside = "half", because = "a test",' 'expand { sql "o" [[ALTER VIEW users_seen ALTER id SET DEFAULT 1]] }'
check_exit 4 "$ZDM" run other_view.lua
plan view 'alongside = "half", because = "a test",' 'expand { sql "v" [[ALTER VIEW seen_twice ALTER id SET DEFAULT 1]] }'
check_exit 0 "$ZDM" run view.lua
check_exit 0 "$ZDM" run table.lua
check_exit 0 "$ZDM" run other_view.lua
sql 'DROP VIEW seen_twice, users_seen'
plan elsewhere '' "$(add '"Other"' elsewhere)"
check_exit 0 "$ZDM" run elsewhere.lua
plan guest 'alongside = { "half" }, because = "another column",' "$(add users guest) expand { sql \"stop\" [[SELECT 1 / 0]] }"
check_exit 1 "$ZDM" run guest.lua
# What one of them allows counts for both.
check_exit 1 "$ZDM" run half.lua
check_has "$err" 'division by zero'
plan guest 'alongside = { "half" }, because = "another column",' "$(add users guest)"
check_exit 0 "$ZDM" run guest.lua
plan half '' 'expand { sql "h1" [[ALTER TABLE users ADD COLUMN h1 int]] }'
check_exit 0 "$ZDM" run half.lua

# One that did nothing is in nobody's way, nor is one that waits at a gate.
plan failed '' 'expand { sql "no" [[ALTER TABLE users ADD COLUMN n int]] }'
check_exit 1 "$ZDM" run failed.lua
plan gated '' "$(add users gated) gate \"g\" { approval \"yes\" }, contract { drop_column { table = \"users\", column = \"gated\" } }"
check_exit 3 "$ZDM" run gated.lua
plan free '' "$(add users free)"
check_exit 0 "$ZDM" run free.lua

# A partition and its root are one; so is an index with its table.
plan root '' 'expand { sql "r1" [[ALTER TABLE parted ADD COLUMN r1 int]], sql "r2" [[SELECT 1 / 0]] }'
check_exit 1 "$ZDM" run root.lua
plan leaf '' 'expand { sql "l" [[CREATE INDEX CONCURRENTLY leaf_id ON part (id)]] }'
check_exit 4 "$ZDM" run leaf.lua
check_has "$err" 'changes public.parted too'

# Joined by a foreign key: said in plan, status and run, and refused by none; nothing is said of one at a gate.
sql 'CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent)'
plan of_parent '' 'expand { sql "p1" [[ALTER TABLE parent ADD COLUMN p1 int]], sql "p2" [[ALTER TABLE parent ADD COLUMN id int]] }'
plan of_child '' "$(add child c1) gate \"g\" { approval \"yes\" }"
check_exit 0 "$ZDM" plan of_child.lua
check_lacks "$out" of_parent
check_exit 1 "$ZDM" run of_parent.lua
meets='plan "of_parent" was interrupted, and public.child refers to public.parent: while one of the two locks such a table strongly, the other one waits'
check_exit 0 "$ZDM" plan of_child.lua
tr -s ' \n' ' ' <"$out" >flat
check_has flat "meets $meets"
check_exit 0 "$ZDM" plan of_child.lua --format json
check_has "$out" '"refused": false'
check_exit 3 "$ZDM" run of_child.lua
tr -s ' \n' ' ' <"$out" >flat
check_has flat "$meets"
check_exit 0 "$ZDM" status of_child.lua
tr -s ' \n' ' ' <"$out" >flat
check_has flat "$meets"
check_exit 0 "$ZDM" status of_parent.lua
check_lacks "$out" of_child
plan of_both '' "$(add parent b1)"
check_exit 0 "$ZDM" plan of_both.lua --format json
check_has "$out" '"refused": true'
check_has "$out" 'changes public.parent too: until it is done or at a gate, a run is refused'
plan of_parent '' "$(add parent p1)"
check_exit 0 "$ZDM" run of_parent.lua
# By the strength of their locks: rows of two backfills do not wait for each other, nor for VALIDATE; with a hook to come
# nobody knows.
sql 'INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1)'
fill() { # NAME SET
    echo "backfill \"$1\" { table = \"parent\", set = { $2 } },"
}
plan rows_of_parent '' "$(fill f1 'p1 = "1"') $(fill f2 'p1 = "1 / (id - 1)"')"
check_exit 1 "$ZDM" run rows_of_parent.lua
plan rows_of_child '' 'backfill "c" { table = "child", set = { c1 = "1" } }'
plan checks_child '' 'expand { sql "v" [[ALTER TABLE child VALIDATE CONSTRAINT child_parent_fkey]] }'
for name in rows_of_child checks_child; do
    check_exit 0 "$ZDM" plan $name.lua
    check_lacks "$out" rows_of_parent
done
joined='plan "rows_of_parent" was interrupted, and public.child refers to public.parent'
plan column_of_child '' "$(add child c2)"
check_exit 0 "$ZDM" plan column_of_child.lua
tr -s ' \n' ' ' <"$out" >flat
check_has flat "$joined"
plan rows_of_parent '' "$(fill f1 'p1 = "1"') $(fill f2 'p1 = "1 / (id - 1)"') expand { hook \"h\" { run = function() end } }"
check_exit 1 "$ZDM" run rows_of_parent.lua
check_exit 0 "$ZDM" plan rows_of_child.lua
tr -s ' \n' ' ' <"$out" >flat
check_has flat "$joined"
sql 'DELETE FROM child; UPDATE parent SET id = 2'
plan rows_of_parent '' "$(fill f1 'p1 = "1"') $(fill f2 'p1 = "1 / (id - 1)"')"
check_exit 0 "$ZDM" run rows_of_parent.lua

# While it runs, also between its take-over and its first step.
plan walk '' 'backfill "w" { table = "users", set = { n = "n + 1" }, batch_min = 10, batch_max = 10, pause = "20ms" }'
"$ZDM" run walk.lua >walk.out 2>walk.err &
runner=$!
wait_until "SELECT count(*) FROM zdm.cursor WHERE plan = 'walk' AND batches > 3" 1
plan free2 '' "$(add users free2)"
check_exit 4 "$ZDM" run free2.lua
check_has "$err" 'plan "walk" is being run'
"$ZDM" cancel walk.lua >"$out"
code=0
wait "$runner" || code=$?
check_eq "cancelled" 130 "$code"
check_exit 4 "$ZDM" run free2.lua
sed -i 's/, pause = "20ms"//; s/batch_max = 10/batch_max = 5000/' walk.lua
check_exit 0 "$ZDM" run walk.lua
check_exit 0 "$ZDM" run free2.lua

# Many at once on one table: they start together, held at the take-over, and exactly one gets through. Each
# waits inside its step until it is let go.
sql 'CREATE TABLE rush (id int); CREATE TABLE latch (id int)'
for i in 1 2 3 4 5 6; do
    plan "rush$i" '' "expand { sql \"r\" [[LOCK TABLE latch IN ACCESS SHARE MODE; ALTER TABLE rush ADD COLUMN r$i int]] }"
done
check_exit 0 "$ZDM" run elsewhere.lua
hold_lock 'LOCK TABLE latch; SAVEPOINT latched; LOCK TABLE zdm.plan IN SHARE MODE'
for i in 1 2 3 4 5 6; do
    "$ZDM" run "rush$i.lua" --ledger "rush$i.db" >"rush$i.out" 2>"rush$i.err" &
done
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'zdm/rush%' AND wait_event_type = 'Lock'" 6
printf '%s\n' 'ROLLBACK TO SAVEPOINT latched;' >&"$zdm_holder_in"
five_are_refused() {
    [ "$(cat rush?.err | grep -c 'is being run, and changes public.rush too')" = 5 ]
}
wait_for five_are_refused
release_lock
wait
check_eq "one got through" 1 "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 'rush'::regclass AND attname ~ '^r[1-6]$'")"

# All of them at a glance.
plan hung '' "$(add '"Other"' hung) expand { sql \"no\" [[SELECT 1 / 0]] }"
check_exit 1 "$ZDM" run hung.lua
check_exit 0 "$ZDM" status --format json
cp "$out" status.json
says() { # PLAN FIELDS
    check_eq "$1" "$2" "$(python3 -c '
import json, sys
p = {p["plan"]: p for p in json.load(open("status.json"))["plans"]}[sys.argv[1]]
print(p["state"], p["done"], p["steps"], p["phase"], p["kind"], p["step"], p["waits_for"])' "$1")"
}
says first 'done 2 2 None None None None'
says gated 'waiting 1 3 gate gate g None'
says hung 'stopped 1 2 expand sql no None'
says failed 'new 0 1 expand sql no None'
says egg 'waiting 0 1 expand sql e chicken'
"$ZDM" pause hung --note x >"$out"
check_exit 0 "$ZDM" status
check_has "$out" 'at gate "g"'
check_has "$out" 'until chicken is done'
grep -q 'hung *paused *1 of 2 steps done' "$out" || fail "$(cat "$out")"
