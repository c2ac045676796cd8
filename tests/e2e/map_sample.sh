# zdm plan --sample of a map: what its function makes of real rows, and whether the columns take it.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql "CREATE TABLE people (id int PRIMARY KEY, name text, age text, years int, code varchar(3), born date NOT NULL DEFAULT 'now');
     INSERT INTO people (id, name, age, code)
         SELECT g, 'name ' || g, (g % 90)::text, 'a' FROM generate_series(1, 2000) AS g;
     UPDATE people SET name = NULL WHERE id = 7;
     UPDATE people SET age = 'ann@example.org' WHERE id = 1500;
     UPDATE people SET age = 'none' WHERE id IN (11, 12);
     UPDATE people SET age = 'lost' WHERE id = 13;
     UPDATE people SET age = 'long' WHERE id IN (1998, 1999, 2000);
     UPDATE people SET age = 'date of Ann' WHERE id = 77;
     ANALYZE people"
before=$(sql "SELECT pg_catalog.md5(string_agg(p::text, '' ORDER BY id)) FROM people AS p")

# plan FUNCTION [FIELDS] [STEP]
plan() {
    local fields='read = { "name", "age", "code" }, write = { "years", "code", "born" },'
    printf 'return plan "people" { api = 1, %s backfill "age" {\n  table = "people", %s\n  map = %s,\n} }\n' "${3:-}" \
        "${2:-$fields}" "$1" >people.lua
}
says() {
    tr -s ' \n' ' ' <"$out" | grep -qF -- "$1" || fail "does not say: $1"$'\n'"$(cat "$out")"
}

plan 'function(row)
    local length = #row.name
    if row.age == "none" then return { born = null } end
    if row.age == "lost" then return { years = null } end
    if row.age == "long" then return { code = "abcd" } end
    if row.age:find "date" then return { born = row.age, years = 3000000000 } end
    if row.age:find "@" then error("no age: " .. row.age) end
    return { years = math.tointeger(tonumber(row.age)), code = "ab   " }
  end'
check_exit 4 "$ZDM" plan --db "$ZDM_DATABASE_URL" --sample 2000 people.lua
says "2,000 rows tried"
says "2 rows: map fails (ZDM01): line 4 of the plan; its message may hold values: --show-values; id = 7; id = 1500"
says "2 rows: born is NULL, and is or becomes NOT NULL (23502); id = 11; id = 12"
says "1 row: years becomes NULL, although nothing that it is made of is NULL; id = 13"
says "3 rows: code does not fit character varying(3) (22001); id = 1998; id = 1999; id = 2000"
says "1 row: years fails (22003)"
says "1 row: born fails (22007)"
check_lacks "$out" ann@
check_lacks "$out" 'of Ann'
check_exit 4 "$ZDM" plan --db "$ZDM_DATABASE_URL" --sample 2000 --show-values people.lua
says "attempt to get length of a nil value (field 'name')"
check_exit 4 "$ZDM" plan --db "$ZDM_DATABASE_URL" --sample 2000 --format json people.lua
tr -d ' \n' <"$out" >line
check_has line '"where_alone":false'
check_has line '{"kind":"fails","severity":"error","column":"map","constraint":null,"sqlstate":"ZDM01"'

# where leaves rows out, a column of an earlier step is read and written, nil leaves a row as it is.
plan 'function(row)
    if row.fresh ~= 4 then error "no default" end
    if row.id == 1 then return nil end
    return { years = row.id, wanted = true }
  end' 'where = "id % 2 = 1", read = { "id", "fresh" }, write = { "years", "wanted" },' \
    'expand { sql "add" [[ALTER TABLE people ADD fresh int DEFAULT 4, ADD wanted boolean]] },'
check_exit 0 "$ZDM" plan --db "$ZDM_DATABASE_URL" --sample 2000 people.lua
says "where matches 1,000"
check_lacks "$out" "fails ("

# One that fails on every row is not asked for each of them.
plan 'function(row) return { years = row.nme .. "x" } end'
check_exit 4 "$ZDM" plan --db "$ZDM_DATABASE_URL" --sample 2000 people.lua
says "at least 20 rows: map fails (ZDM01): line 3 of the plan"
says "the others not: enough of them fail"
# Nor does one that never ends.
plan 'function(row) while true do end end'
check_exit 4 "$ZDM" plan --db "$ZDM_DATABASE_URL" --sample 50 people.lua
says "map fails (ZDM01)"

check_eq "nothing was changed" "$before" \
    "$(sql "SELECT pg_catalog.md5(string_agg(p::text, '' ORDER BY id)) FROM people AS p")"
check_eq "no schema zdm" 0 "$(sql "SELECT count(*) FROM pg_namespace WHERE nspname = 'zdm'")"
