# zdm plan --db for who reviews it: what each step costs, what ran, and that nothing is written.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

sql "
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
INSERT INTO users SELECT i, 'user' || i || '@example.com' FROM generate_series(1, 200000) AS i;
CREATE TABLE written (what text);
CREATE FUNCTION writes(what text) RETURNS text LANGUAGE plpgsql VOLATILE AS
    \$\$BEGIN INSERT INTO written VALUES (what); RETURN what; END\$\$;
ANALYZE users;
"
cat >plan.lua <<'PLAN'
return plan "review" {
  api = 1,
  expand {
    sql "add" [[ALTER TABLE users ADD COLUMN e2 text]] { undo = "ALTER TABLE users DROP COLUMN e2" },
    sql "index" [[CREATE INDEX CONCURRENTLY users_email ON users (email)]],
  },
  backfill "fill" { table = "users", set = { e2 = "email" } },
  gate "go" { approval "yes" },
  contract {
    sql "type" [[ALTER TABLE users ALTER COLUMN id TYPE numeric]] {
      allow = { "rewrite-column-type" }, because = "it is small",
    },
  },
}
PLAN

# json PATH: a value of the last JSON, as Python writes it.
json() { python3 -c "import json; d = json.load(open('out')); print(d$1)"; }
says() {
    tr -s ' \n' ' ' <"$out" | grep -qF -- "$1" || fail "does not say: $1"$'\n'"$(cat "$out")"
}

# --- what each step costs --------------------------------------------------------------------------
check_exit 0 "$ZDM" plan plan.lua --format json
heap=$(sql "SELECT pg_relation_size('users')")
check_eq "add" None "$(json "['steps'][0]['statements'][0]['estimate']")"
check_eq "what an index reads" "$heap" "$(json "['steps'][1]['statements'][0]['estimate']['read_bytes']")"
check_eq "basis" "assumed speeds" "$(json "['steps'][1]['statements'][0]['estimate']['basis']")"
check_eq "tablespace" pg_default "$(json "['steps'][1]['statements'][0]['estimate']['tablespace']")"
check_eq "evidence" 0 "$(json "['summary']['assumed']")"
predicted=$(json "['steps'][1]['statements'][0]['estimate']['disk_bytes']")
check_exit 0 "$ZDM" plan plan.lua
[ "$(wc -L <"$out")" -le 80 ] || fail "the text is wider than 80 columns"
says "evidence the target's catalog"
says "until it commits, and"
says "of new files at a time in tablespace pg_default, where SQL cannot tell what is free"
check_exit 0 "$ZDM" plan plan.lua --format markdown
check_has "$out" '| 1 | expand | add | ACCESS EXCLUSIVE on public.users, briefly | - | instant | yes | ready |'
cp "$out" first
check_exit 0 "$ZDM" plan plan.lua --format markdown
cmp first "$out"
# What the server does at the moment is for text and JSON; a comment stays as it is.
hold_lock "SELECT count(*) FROM users"
check_exit 0 "$ZDM" plan plan.lua --format markdown
cmp first "$out"
release_lock

# --- what ran ------------------------------------------------------------------------------------------
check_exit 0 "$ZDM" run plan.lua --until index
happened=$(sql "SELECT pg_relation_size('users_email')")
[ $((predicted * 2)) -ge "$happened" ] && [ "$predicted" -le $((happened * 2)) ] ||
    fail "the index was to take $predicted bytes and takes $happened"
check_exit 0 "$ZDM" plan plan.lua --format json
check_eq "state" done "$(json "['steps'][1]['state']")"
[ "$(json "['steps'][1]['ran_ms']")" -ge 0 ] || fail "how long it took is not told"
[ "$(json "['steps'][1]['who']")" != None ] || fail "who did it is not told"
check_eq "of a step that did not run" "None None" "$(json "['steps'][2]['at']") $(json "['steps'][2]['ran_ms']")"
check_exit 0 "$ZDM" plan plan.lua
says ", took "
# What it took beside what was estimated, and what that is worth for the next one.
check_exit 0 "$ZDM" log plan.lua --format json
spent=$(grep '"step-done"' "$out" | grep '"step":"index"\|"step": "index"')
check_eq "spent" "build $heap" "$(python3 -c "
import json, sys
s = json.loads(sys.argv[1])['detail']['spent']
assert 0 <= s['least_ms'] <= s['most_ms'], s
print(s['kind'], s['bytes'])" "$spent")"
check_exit 0 "$ZDM" status plan.lua --format json
python3 -c "
import json, sys
log, status = json.loads(sys.argv[1]), json.load(open(sys.argv[2]))
assert log['detail'] == status['steps'][1]['detail'], (log, status)" "$spent" "$out"
cat >next.lua <<'PLAN'
return plan "next" {
  api = 1,
  expand { sql "index" [[CREATE INDEX CONCURRENTLY users_upper ON users (upper(email))]] },
}
PLAN
check_exit 0 "$ZDM" plan next.lua
says "(from 1 index build on this target): reads"
check_exit 0 "$ZDM" plan next.lua --format markdown
check_has "$out" "from 1 index build on this target"
ZDM_LEDGER=$PWD/other.db check_exit 0 "$ZDM" plan next.lua --format json
check_eq "another machine" "assumed speeds" "$(json "['steps'][0]['statements'][0]['estimate']['basis']")"
# --- statements that change rows: how many, by the planner ------------------------------------------------
cat >rows.lua <<'PLAN'
return plan "rows" {
  api = 1,
  expand {
    sql "table" [[CREATE TABLE later (id bigint)]],
    sql "all" [[UPDATE users SET email = 'x']] { allow = { "dml-unbatched" }, because = "it is small" },
    sql "few" [[DELETE FROM users WHERE id = 7]] { allow = { "dml-delete-all" }, because = "one" },
    sql "copy" [[INSERT INTO written SELECT email FROM users WHERE id <= 100000]],
    sql "unknown" [[INSERT INTO later SELECT id FROM users]],
  },
}
PLAN
"$ZDM" plan rows.lua --format json >out || true
work() { json "['steps'][$1]['statements'][0]['estimate']['work']"; }
check_eq "all rows" "changes about 200,000 rows of public.users" "$(work 1)"
check_eq "one row" "deletes about 1 row of public.users" "$(work 2)"
[[ $(work 3) =~ ^inserts\ about\ (9[0-9]|10[0-9]|11[0-9]),[0-9]{3}\ rows\ of\ public.written$ ]] || fail "half of the rows: $(work 3)"
check_eq "a table that is not there yet" None "$(json "['steps'][4]['statements'][0]['estimate']")"
check_eq "its time" True "$(json "['steps'][1]['statements'][0]['estimate']['most_ms'] >= 20000")"
check_eq "basis" "rows by the planner, assumed speeds" "$(json "['steps'][1]['statements'][0]['estimate']['basis']")"
check_eq "nothing ran" "200000|0" "$(sql 'SELECT count(*) FILTER (WHERE email <> $$x$$), (SELECT count(*) FROM written) FROM users')"
# A gate that was looked at says which of its checks are open.
check_exit 3 "$ZDM" run plan.lua
check_exit 0 "$ZDM" plan plan.lua --format markdown
check_has "$out" '- **closed**: approval yes'
check_has "$out" '| 4 | gate | go | - | gate | - | - | waiting |'
# Another machine does not know how long, and that is all.
ZDM_LEDGER=$PWD/other.db check_exit 0 "$ZDM" plan plan.lua --format json
check_eq "time" None "$(json "['steps'][1]['ran_ms']")"
check_eq "state" done "$(json "['steps'][1]['state']")"

# --- nothing is written, whatever the plan says -----------------------------------------------------------
cat >writer.lua <<'PLAN'
return plan "writer" {
  api = 1,
  expand { sql "one" [[CREATE TABLE one ()]] },
  gate "look" { sql "writes" [[SELECT writes('gate') = 'gate']] },
  backfill "fill" { table = "users", set = { email = "writes('set')" }, where = "writes('where') = 'where'" },
}
PLAN
check_exit 0 "$ZDM" run writer.lua --until one
before=$(schema_picture)
check_exit 2 "$ZDM" plan writer.lua --sample 10
says "not all of it could be tried: cannot execute INSERT in a read-only transaction"
check_eq "both say so" 2 "$(tr -s ' \n' ' ' <"$out" | grep -o 'cannot execute INSERT in a read-only transaction' | wc -l)"
check_eq "rows written" 0 "$(sql "SELECT count(*) FROM written")"
[ "$before" = "$(schema_picture)" ] || fail "the schema is another one"

# --- a target that is down ------------------------------------------------------------------------------------
for format in text json markdown; do
    check_exit 1 "$ZDM" plan plan.lua --db "host=/nonexistent" --format $format
    cat "$out" "$err" >both
    check_has both "zdm plan --offline does not connect"
done
