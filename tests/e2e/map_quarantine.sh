# Rows on which the function of a map fails, and such whose new values the server refuses: set aside, listed, retried.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql "CREATE TABLE people (id int PRIMARY KEY, name text, age text, years int CHECK (years < 200), n int NOT NULL DEFAULT 0, old int);
     INSERT INTO people (id, name, age) SELECT g, 'name ' || g, (g % 90)::text FROM generate_series(1, 3000) AS g;
     UPDATE people SET name = NULL WHERE id = 7;
     UPDATE people SET age = 'ann@example.org' WHERE id = 1500;
     UPDATE people SET age = '300' WHERE id = 1501;
     UPDATE people SET age = 'none' WHERE id = 2999;
     UPDATE people SET age = 'skip' WHERE id = 11;
     ANALYZE people"

right='function(row)
      local length = #row.name
      if row.age == "none" then return { years = length, n = null } end
      if row.age:find "@" then error("no age: '\''" .. row.age .. "'\''") end
      return { years = math.tointeger(tonumber(row.age)), n = row.n + 1 }
    end'
# plan N [FUNCTION]: how many bad rows it allows.
plan() {
    cat >people.lua <<EOP
return plan "people" {
  api = 1,
  backfill "age" {
    table = "people", read = { "name", "age", "n" }, write = { "years", "n" }, workers = 2, stripes = 1,
    max_quarantine = $1, where = "age <> 'skip'",
    map = ${2:-$right},
  },
  gate "done" { approval "go" },
  contract { drop_column { table = "people", column = "old" } },
}
EOP
}
bad() { sql "SELECT string_agg(q.key || ' ' || q.sqlstate, ', ' ORDER BY q.key::int) FROM zdm.quarantine AS q"; }
# changed N: that many rows once, the others not at all
changed() { check_eq "$2" "$1 1" "$(sql 'SELECT sum(n) || $$ $$ || max(n) FROM people')"; }

# One more than allowed.
plan 3
check_exit 1 "$ZDM" run people.lua
check_has "$err" "one bad row more than max_quarantine = 3"
check_eq "there are three" 3 "$(sql 'SELECT count(*) FROM zdm.quarantine')"
plan 4
check_exit 3 "$ZDM" run people.lua
check_has "$out" "2,995 rows, 4 in quarantine"
changed 2995 "behind the backfill"
check_eq "in quarantine" "7 ZDM01, 1500 ZDM01, 1501 23514, 2999 23502" "$(bad)"

# With the line of the plan; columns are named, values are not.
check_exit 0 "$ZDM" quarantine list people.lua
check_has "$out" "ZDM01 line 7: "
check_has "$out" "'name'"
check_has "$out" "ZDM01 line 9: no age: '…'"
check_lacks "$out" "ann@"
check_eq "no value is kept" 0 "$(sql "SELECT count(*) FROM zdm.quarantine AS q WHERE q::text LIKE '%ann@%'")"
check_exit 0 "$ZDM" approve people.lua done --note ok
check_exit 3 "$ZDM" run people.lua

# One is corrected, one needs nothing any more, one is deleted, one fails as before.
sql "UPDATE people SET age = '30' WHERE id = 1500" -c "UPDATE people SET age = 'skip' WHERE id = 2999" \
    -c "DELETE FROM people WHERE id = 1501"
check_exit 1 "$ZDM" quarantine retry people.lua
check_has "$out" "1 changed"
check_eq "one is left" "7 ZDM01" "$(bad)"
check_eq "its tries" 2 "$(sql 'SELECT tries FROM zdm.quarantine')"
check_eq "the corrected one" "30 1" "$(sql 'SELECT years || $$ $$ || n FROM people WHERE id = 1500')"
changed 2996 "behind the retry"

# A retry that is killed behind its commit has done the row.
sql "UPDATE people SET name = 'ann' WHERE id = 7"
check_exit 137 env ZDM_FAILPOINT=retry.after "$ZDM" quarantine retry people.lua
check_exit 0 "$ZDM" quarantine retry people.lua
changed 2997 "behind all retries"
check_exit 0 "$ZDM" run people.lua

# A function that fails on every row stops at the bound, and says what it looks like.
sql 'DROP SCHEMA zdm CASCADE' -c 'ALTER TABLE people ADD old int' -c 'UPDATE people SET n = 0' 2>/dev/null
rm -f "$ZDM_LEDGER"*
plan 5 'function(row) return { years = row.agee + 1 } end'
check_exit 1 "$ZDM" run people.lua
check_has "$err" "the function of the map failed on every row so far, 6 of them"
check_eq "no more than that" 5 "$(sql 'SELECT count(*) FROM zdm.quarantine')"
# As it says.
eval "$(tr -s ' \n' ' ' <"$err" | sed -n 's/.*begin again with \(DELETE .*;\) \(DELETE .*;\) then run.*/a="\1" b="\2"/p')"
sql "$a" -c "$b"
plan 5
check_exit 3 "$ZDM" run people.lua
check_eq "all that can be" "2997 1" "$(sql 'SELECT sum(n) || $$ $$ || max(n) FROM people')"
