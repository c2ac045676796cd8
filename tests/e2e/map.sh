# A backfill with a Lua function, from the plan to the rows.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'CREATE TABLE people (id bigint PRIMARY KEY, first text, "Last Name" text, born date, big bigint,
         tags text[], data jsonb, full_name varchar(40), n int NOT NULL DEFAULT 0, size float8);
     INSERT INTO people (id, first, "Last Name", big, tags, data)
     SELECT g, CASE g % 5 WHEN 0 THEN NULL WHEN 1 THEN $$$$ WHEN 2 THEN $$"q\$$ ELSE $$żółw $$ || g END,
         $$l$$ || g, 9007199254740993 + g, ARRAY[$$a,b$$, g::text], $${"k": "v"}$$
     FROM generate_series(1, 3000) AS g; ANALYZE people'

# plan NAME FUNCTION [FIELDS]: writes plan.lua; the function begins in line 4
plan() {
    local fields="read = { 'first', '\"Last Name\"', 'n' }, write = { 'full_name', 'n' },"
    printf 'return plan "%s" { api = 1, backfill "fill" {\n%s\n%s\nmap = %s\n} }\n' "$1" "table = \"people\"," \
        "${3:-$fields}" "$2" >plan.lua
}

plan names 'function(row)
    local name = (row.first or "?") .. " " .. row["Last Name"]:upper()
    if row.first == "" then name = null end
    return { full_name = name, n = row.n + 1 }
end,'
check_exit 0 "$ZDM" plan --db "$ZDM_DATABASE_URL" plan.lua
check_has "$out" 'reads    first, "Last Name", n'
check_has "$out" 'writes   full_name, n'
check_has "$out" 'row["Last Name"]:upper()'
check_has "$out" '50,000 rows/s assumed'
check_exit 0 "$ZDM" plan --db "$ZDM_DATABASE_URL" --sample 100 plan.lua
check_has "$out" '100 rows tried'
check_lacks "$out" 'rows/s assumed'
check_exit 0 "$ZDM" plan --offline --format json plan.lua
tr -d ' \n' <"$out" >json
check_has json '"read":["first","\"LastName\"","n"],"write":["full_name","n"]'
check_exit 0 "$ZDM" run plan.lua
check_has "$out" '3,000 rows'
check_eq "every row once, as SQL would" 0 "$(sql 'SELECT count(*) FROM people WHERE n <> 1
    OR full_name IS DISTINCT FROM CASE WHEN first = $$$$ THEN NULL
        ELSE COALESCE(first, $$?$$) || $$ $$ || upper("Last Name") END')"
check_exit 0 "$ZDM" run plan.lua
check_eq "not again" 3000 "$(sql 'SELECT sum(n) FROM people')"

# Three workers, each with a state of its own; types; columns that keep their value.
plan types 'function(row)
    count = nil
    seen = seen + 1
    if row.big % 3 == 0 then return nil end
    return {
        big = row.big % 2 == 0 and row.big + 1 or nil,
        tags = row.tags:gsub("}$", ",new}"),
        data = row.data:gsub("v", "\195\169 \\\""),
        size = row.big / 2,
    }
end,' 'read = { "big", "tags", "data" }, write = { "big", "tags", "data", "size" }, workers = 3, batch_max = 100,'
sed -i 's/^    count = nil$//; 1s/^/local seen = 0\n/' plan.lua
check_exit 0 "$ZDM" run plan.lua
check_eq "values" 0 "$(sql 'SELECT count(*) FROM people
    WHERE big <> 9007199254740993 + id + CASE WHEN (9007199254740993 + id) % 6 IN (2, 4) THEN 1 ELSE 0 END
       OR tags <> ARRAY[$$a,b$$, id::text] || CASE WHEN (9007199254740993 + id) % 3 = 0 THEN $${}$$
           ELSE $${new}$$ END::text[]
       OR data ->> $$k$$ <> CASE WHEN (9007199254740993 + id) % 3 = 0 THEN $$v$$ ELSE $$é "$$ END
       OR (size IS NULL) <> ((9007199254740993 + id) % 3 = 0)')"

# An error in the middle names the row and the line; everything before it is done.
plan broken 'function(row)
    local year = row.born:sub(1, 4)
    return { n = tonumber(year) }
end,' 'read = { "born" }, write = { "n" }, batch_max = 100, stripes = 1,'
sql "UPDATE people SET born = '2000-01-02', n = 0; UPDATE people SET born = NULL WHERE id = 1234" >/dev/null
check_exit 1 "$ZDM" run plan.lua
check_has "$err" 'row of public.people with id = 1234'
check_has "$err" 'attempt to index'
check_has "$err" 'plan.lua:5'
check_has "$err" 'the batches before it are done'
check_eq "before it" 1233 "$(sql 'SELECT count(*) FROM people WHERE n = 2000')"
# Another function is another definition.
sed -i 's/row.born:sub/(row.born or "1999"):sub/' plan.lua
check_exit 7 "$ZDM" run plan.lua
sed -i 's/(row.born or "1999"):sub/row.born:sub/' plan.lua
sql "UPDATE people SET born = '1990-01-02' WHERE id = 1234" >/dev/null
check_exit 0 "$ZDM" run plan.lua
check_eq "the rest" "2000|1990" "$(sql 'SELECT max(n), min(n) FROM people')"

# What it may not return, what it may not have, and what takes too long: errors of the row.
for case in 'return 5|must return a table of columns' 'return { sise = 1 }|which is not in write (did you mean "size"?)' \
    'return { n = {} }|map returned a table for "n"' 'return { n = "x" }|invalid input syntax for type integer: "x"' \
    'return { n = os.time() }|os' 'while true do end|over 2 million instructions on one row' \
    'return { n = null }|null value in column "n"' 'return { n = 4000000000 }|out of range'; do
    plan "case" "function(row) ${case%%|*} end," 'read = { "n" }, write = { "n", "size" },'
    check_exit 1 "$ZDM" run plan.lua
    check_has "$err" "${case#*|}"
    check_has "$err" 'row of public.people with id = 1:'
    sql "DELETE FROM zdm.cursor WHERE plan = 'case'; DELETE FROM zdm.journal WHERE plan = 'case'" >/dev/null
done

# What is wrong with the plan itself.
wrong() { # FIELDS MESSAGE
    printf 'return plan "w" { api = 1, backfill "fill" { table = "people", %s } }\n' "$1" >plan.lua
    check_exit 2 "$ZDM" plan --offline plan.lua
    check_has "$err" "$2"
}
wrong 'map = function() end, read = "n"' '"map" of backfill "fill" needs "write"'
wrong 'map = function() end, write = "n"' '"map" of backfill "fill" needs "read"'
wrong 'set = { n = "1" }, read = "n"' '"read" of backfill "fill" is for "map"'
wrong 'map = function() end, set = { n = "1" }, read = "n", write = "n"' 'needs one of'
wrong 'map = "lower", read = "n", write = "n"' 'must be a function'
wrong 'map = function() end, read = "n", write = { "n", "N" }' 'names column N twice'
wrong 'map = function() end, read = "n", write = "id", key = "id"' 'sets its own key id'
printf 'return plan "w" { api = 1, backfill "f" { table = "people", read = "n", write = "nn", map = function() end } }' >plan.lua
check_exit 1 "$ZDM" run plan.lua
check_has "$err" 'has no column nn'

# A kill while rows are locked and read: nothing is changed, nobody waits, and the next run goes on.
sql 'UPDATE people SET n = 0' >/dev/null
plan killed 'function(row) return { n = row.n + 1 } end,' 'read = "n", write = "n", batch_max = 200, stripes = 4,'
for pass in 1 2 7; do
    ZDM_FAILPOINT=map.inside:$pass check_exit 137 "$ZDM" run plan.lua
done
check_exit 0 "$ZDM" run plan.lua
check_eq "each row once" "1|1" "$(sql 'SELECT min(n), max(n) FROM people')"

# What does not fit a domain is an error of its row, as for the type below it: no cast cuts it off.
sql 'CREATE DOMAIN short AS varchar(3); CREATE DOMAIN shorter AS short CHECK (VALUE <> $$no$$)'
for value in abcdef no yes; do
    sql "CREATE TABLE d_$value (id int PRIMARY KEY, a shorter); INSERT INTO d_$value VALUES (1)"
    cat >domain.lua <<LUA
return plan "domain_$value" { api = 1,
  backfill "f" { table = "d_$value", read = "id", write = "a", map = function(row) return { a = "$value" } end } }
LUA
    code=0
    "$ZDM" run domain.lua >domain.out 2>&1 || code=$?
    check_eq "$value" "$(case $value in abcdef) echo '1 22001' ;; no) echo '1 23514' ;; *) echo '0 ' ;; esac)" \
        "$code $(grep -oE '22001|23514' domain.out | head -1)"
done
check_eq "the one that fits" yes "$(sql 'SELECT a FROM d_yes')"
