# zdm plan --sample: rows on which a backfill would fail, found without writing, each against what the
# server then does.
source "$ZDM_SOURCE/tests/support/lib.sh"

long=$(printf 'l%.0s' {1..63})
sql "
CREATE SCHEMA \"Odd Schema\";
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE people (id bigint PRIMARY KEY, n_text text, name text, email text NOT NULL, age int,
    tiny varchar(3), code char(2), flags bit(3), amount numeric(4, 1), feeling mood,
    CONSTRAINT adult CHECK (age >= 0), CONSTRAINT \"Amo\"\"unt\" CHECK (amount > 0) NOT VALID);
INSERT INTO people SELECT i, CASE i % 1000 WHEN 7 THEN 'se\"cret' ELSE i::text END,
    CASE WHEN i % 500 <> 3 THEN 'name' || i END, 'Mail' || i, i % 100 FROM generate_series(1, 5000) AS i;
CREATE TABLE nothing (id int PRIMARY KEY, a text, b int);
CREATE VIEW seen AS SELECT * FROM nothing;
CREATE TABLE keyless (a text, b int);
INSERT INTO keyless SELECT CASE i WHEN 500 THEN 'x' ELSE i::text END FROM generate_series(1, 1000) AS i;
CREATE TABLE parted (a int, b text, n text, v int, PRIMARY KEY (a, b)) PARTITION BY LIST (a);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
INSERT INTO parted SELECT 1 + i % 2, 'k' || i, CASE i WHEN 801 THEN 'x' ELSE '1' END
    FROM generate_series(1, 1000) AS i;
CREATE TABLE \"Odd Schema\".\"$long\" (\"Key\"\" One\" int PRIMARY KEY, \"$long\" text, \"Va\"\"lue\" int);
INSERT INTO \"Odd Schema\".\"$long\" VALUES (1, '1'), (2, 'x'), (3, '3');
CREATE TABLE archive (LIKE people INCLUDING ALL);
ALTER TABLE archive ALTER name SET NOT NULL;
CREATE SEQUENCE numbers;
CREATE ROLE poor LOGIN;
"
sql ANALYZE
before=$(sql "SELECT pg_current_wal_insert_lsn(), (SELECT sum(xmin::text::bigint) FROM people)")

# plan NAME BACKFILL [STEPS]: a plan with that backfill behind those steps.
plan() {
    local expand=
    [ -z "${3:-}" ] || expand="expand { $3 },"
    printf 'return plan "%s" {\n  api = 1,\n  %s\n  backfill "fill" { %s },\n}\n' "$1" "$expand" "$2" >"$1.lua"
}
# tries CODE NAME [option...]: what the sample of the plan says is in `said`, in one line.
tries() {
    local code=$1 name=$2
    shift 2
    check_exit "$code" "$ZDM" plan "$name.lua" --sample 100000 "$@"
    said=$(tr -s ' \n' ' ' <"$out")
    # A name of 63 bytes does not fit; what is above is of another test.
    [[ $name == odd* ]] || ! sed -n '/ walks /,$p' "$out" | grep -E '.{81}' || fail "a line is too wide: $(cat "$out")"
}
says() {
    [[ $said == *"$1"* ]] || fail "does not say: $1"$'\n'"$(cat "$out")"
}
lacks() {
    [[ $said != *"$1"* ]] || fail "should not say: $1"$'\n'"$(cat "$out")"
}
# agrees SQLSTATE SQL: that is what the server makes of it.
agrees() {
    local answer
    answer=$(psql -XAtq -v VERBOSITY=sqlstate -c "BEGIN; $2; ROLLBACK" 2>&1) || true
    check_eq "SQLSTATE of $2" "$1" "$(sed -n '1s/^ERROR:  //p' <<<"$answer")"
}

# --- rows that fail --------------------------------------------------------------------------------
plan number 'table = "people", set = { n = "n_text::int" }, where = "n IS NULL"' 'sql "add" [[ALTER TABLE people ADD COLUMN n int]]'
tries 4 number
says "5,000 rows tried, where matches 5,000; a batch reads by index people_pkey"
says 'error 5 rows: n fails (22P02): invalid input syntax for type integer: "..."; id = 7; id = 1007; id = 2007; ...'
lacks secret
tries 4 number --show-values
says 'se"cret'
agrees 22P02 "UPDATE people SET age = n_text::int WHERE id = 7"
agrees "" "UPDATE people SET age = n_text::int % 10 WHERE id % 1000 <> 7"
check_exit 4 "$ZDM" plan number.lua --sample 100000 --format json
check_has "$out" '"sqlstate": "22P02"'
check_has "$out" '"rows": 5,'
check_has "$out" '"id = 2007"'
check_lacks "$out" secret

plan where 'table = "people", set = { age = "0" }, where = "n_text::int > 0"'
tries 4 where
says "5 rows: where fails (22P02)"
plan erase 'table = "people", delete = true, where = "id <= 1250 AND 10 / (id - 500) >= 0"'
tries 4 erase
says "1 row: where fails (22012): division by zero; id = 500"
says "5,000 rows tried, where matches 1,239"
# So many that the others are not tried.
plan all 'table = "people", set = { age = "name::int" }'
tries 4 all
says "the others not: enough of them fail"
says "at least 20 rows: age fails (22P02)"

# --- what a column takes ----------------------------------------------------------------------------
plan nulls 'table = "people", set = { name2 = "name", email = "NULLIF(email, '"'Mail9'"')" }' '
    sql "add" [[ALTER TABLE people ADD COLUMN name2 text]]'
tries 4 nulls
says "1 row: email is NULL, and is or becomes NOT NULL (23502); id = 9"
lacks "name2 is NULL"
agrees 23502 "UPDATE people SET email = NULLIF(email, 'Mail9')"
# A later step that says NOT NULL counts.
plan later 'table = "people", set = { name2 = "name" }' 'sql "add" [[ALTER TABLE people ADD COLUMN name2 text]]'
sed -i 's/^}$/  gate "ready" { approval "yes" },\n  contract { sql "strict" [[ALTER TABLE people ALTER COLUMN name2 SET NOT NULL]] { allow = { "scan-set-not-null" }, because = "a test" } },\n}/' later.lua
check_exit 4 "$ZDM" plan later.lua --sample 100000
said=$(tr -s ' \n' ' ' <"$out")
says "10 rows: name2 is NULL, and is or becomes NOT NULL (23502); id = 3; id = 503"
plan lost 'table = "people", set = { name = "NULLIF(email, '"'Mail9'"')" }'
tries 0 lost
says "warning 1 row: name becomes NULL, although nothing that it is made of is NULL; id = 9"

plan lengths 'table = "people", set = { tiny = "name", code = "'"'ab   '"'", flags = "B'"'01'"'" }'
tries 4 lengths
says "4,990 rows: tiny does not fit character varying(3) (22001)"
says "5,000 rows: flags does not fit bit(3) (22026)"
lacks "code is"
agrees 22001 "UPDATE people SET tiny = name WHERE id = 1"
agrees 22026 "UPDATE people SET flags = B'01' WHERE id = 1"
agrees "" "UPDATE people SET code = 'ab   '"
plan new 'table = "people", set = { short = "name", exact = "id" }' '
    sql "add" [[ALTER TABLE people ADD COLUMN short varchar(7), ADD COLUMN exact numeric(4, 1)]]'
tries 4 new
says "at least 20 rows: exact fails (22003)"
plan new_short 'table = "people", set = { short = "name" }' 'sql "add" [[ALTER TABLE people ADD COLUMN short varchar(7)]]'
tries 4 new_short
says "3,993 rows: short does not fit varchar(7) (22001)"
plan numeric 'table = "people", set = { amount = "id" }'
tries 4 numeric
says "amount fails (22003)"
agrees 22003 "UPDATE people SET amount = id WHERE id = 1000"
plan domain 'table = "people", set = { p = "age" }' 'sql "add" [[ALTER TABLE people ADD COLUMN p positive]] { allow = { "rewrite-domain-column" }, because = "a test" }'
tries 4 domain
says "p fails (23514)"

plan checks 'table = "people", set = { amount = "age", age = "age - 50" }'
tries 4 checks
says '2,500 rows: violates CHECK adult (23514)'
says '50 rows: violates CHECK Amo"unt (23514); id = 100'
agrees 23514 "UPDATE people SET amount = 0 WHERE id = 100"
plan new_check 'table = "people", set = { age = "age" }' 'sql "check" [[ALTER TABLE people ADD CONSTRAINT teen CHECK (people.age < 99) NOT VALID]]'
tries 4 new_check
says "50 rows: violates CHECK teen (23514); id = 99"

# --- types ------------------------------------------------------------------------------------------
plan type 'table = "people", set = { age = "name" }'
tries 4 type
says "every row: age fails (42804): column age is of type integer but expression is of type text"
agrees 42804 "UPDATE people SET age = name"
plan enum 'table = "people", set = { feeling = "'"'sad'"'" }'
tries 0 enum
plan enums 'table = "people", set = { feeling = "lower('"'SAD'"')" }'
tries 4 enums
says "(42804)"
agrees 42804 "UPDATE people SET feeling = lower('SAD')"
plan assign 'table = "people", set = { age = "id", name = "age", tiny = "age", amount = "7.25" }'
tries 0 assign
agrees "" "UPDATE people SET age = id, name = age, tiny = age, amount = 7.25"
plan function 'table = "people", set = { age = "no_such(name)" }'
tries 4 function
says "every row: age fails (42883)"

# --- the way back of a sync --------------------------------------------------------------------------
add='sql "add" [[ALTER TABLE people ADD COLUMN mail varchar(20)]]'
plan lossy 'table = "people", set = { mail = "lower(email)" }' "$add, sync { table = \"people\", from = \"email\", to = \"mail\", up = \"lower(email)\" }"
tries 0 lossy
says "warning 5,000 rows: sync email <-> mail does not lead back to the value that was there; id = 1; id = 2"
plan exact 'table = "people", set = { mail = "email" }' "$add, sync { table = \"people\", from = \"email\", to = \"mail\" }"
tries 0 exact
lacks warning:
lacks "does not lead back"
plan sided 'table = "people", set = { mail = "email" }' "$add, sync { table = \"people\", from = \"email\", to = \"mail\",
    up = \"email || '!'\", down = \"CASE WHEN people.id = 77 THEN 'x' ELSE rtrim(mail, '!') END\" }"
tries 0 sided
says "1 row: sync email <-> mail does not lead back to the value that was there; id = 77"

# --- what an expression may be -------------------------------------------------------------------------
plan forms 'table = "public.people", set = { fresh = "(SELECT max(o.id) FROM nothing AS o WHERE o.id = people.id) -- none",
    name = "upper(people.name) || fresh_too" }, where = "fresh IS NULL AND people.age > 98 -- few"' '
    sql "add" [[ALTER TABLE people ADD COLUMN fresh bigint, ADD COLUMN fresh_too text NOT NULL DEFAULT $$!$$]]'
tries 0 forms
says "where matches 50"
plan qualified 'table = "people", set = { name = "public.people.email" }'
tries 0 qualified

# --- tables ---------------------------------------------------------------------------------------------
plan parts 'table = "parted", set = { v = "n::int" }'
tries 4 parts
says "1,000 rows tried"
says "1 row: v fails (22P02)"
says "a = 2, b = k801"
plan parts_new 'table = "parted", set = { w = "parted.n::int" }' 'sql "add" [[ALTER TABLE parted ADD COLUMN w int]]'
tries 4 parts_new
says "1 row: w fails (22P02)"
sql "CREATE TABLE loose (a int, n text) PARTITION BY LIST (a);
     CREATE TABLE loose_1 PARTITION OF loose FOR VALUES IN (1);
     INSERT INTO loose VALUES (1, '5'), (1, 'x')"
plan loose 'table = "loose", set = { n = "n::int" }, where = "n::int < 9"'
tries 4 loose
says "1 row: where fails (22P02)"
says "; ctid = (0,2) of loose_1"
plan pages 'table = "keyless", set = { b = "a::int" }, where = "b IS NULL"'
tries 4 pages
says "1 row: b fails (22P02): invalid input syntax for type integer: \"...\"; ctid = ("
plan odd "table = '\"Odd Schema\".\"$long\"', set = { ['\"Va\"\"lue\"'] = '\"$long\"::int' }"
tries 4 odd
says '1 row: "Va""lue" fails (22P02)'
says '"Key"" One" = 2'
plan odd_new "table = '\"Odd Schema\".\"$long\"', set = { ['\"N\"\"ew\"'] = '\"$long\".\"$long\"::int' }" "sql \"add\" [[ALTER TABLE \"Odd Schema\".\"$long\" ADD COLUMN \"N\"\"ew\" smallint]]"
tries 4 odd_new
says '1 row: "N""ew" fails (22P02)'
# Batches check that where becomes false: rows for which it does not.
plan stays 'table = "people", set = { age = "CASE WHEN id = 500 THEN 1 ELSE id END" }, where = "age IS DISTINCT FROM id", where_becomes_false = true'
tries 0 stays
says "warning 1 row: where is still true behind the change, so that their batch would fail; id = 500"
plan ends 'table = "people", set = { age = "id" }, where = "age IS DISTINCT FROM id", where_becomes_false = true'
tries 0 ends
lacks "where is still true"
plan empty 'table = "nothing", set = { b = "a::int" }'
tries 0 empty
says "0 rows tried"
plan copy 'table = "people", copy = { into = "archive", on_conflict = "nothing", columns = { id = "id", name = "name", email = "email", tiny = "n_text" } }'
tries 4 copy
says "10 rows: name is NULL, and is or becomes NOT NULL (23502); id = 3"
says "tiny does not fit character varying(3) (22001)"
plan copy_all 'table = "people", copy = { into = "archive", on_conflict = "nothing" }'
tries 0 copy_all
says "5,000 rows tried"

# --- what cannot be tried ----------------------------------------------------------------------------------
plan writes 'table = "people", set = { age = "nextval('"'numbers'"')" }'
tries 2 writes
says "not all of it could be tried: cannot execute nextval() in a read-only transaction"
check_eq "the sequence" f "$(sql "SELECT is_called FROM numbers")"
cat >renamed.lua <<'EOF'
return plan "renamed" {
  api = 1,
  gate "ready" { approval "yes" },
  contract { sql "rename" [[ALTER TABLE people RENAME age TO years]] { allow = { "break-rename-column" }, because = "a test" } },
  backfill "fill" { table = "people", set = { years = "0" } },
}
EOF
tries 2 renamed
says "an earlier step drops or renames columns of public.people"
plan view 'table = "seen", set = { b = "1" }'
tries 0 view
says "public.seen is a view"
check_exit 2 "$ZDM" plan number.lua --sample 10 --offline
check_has "$err" "--sample needs a database"
check_exit 2 "$ZDM" plan number.lua --sample 100001
check_exit 2 "$ZDM" plan number.lua --show-values
tries 0 empty --db "host=$PGHOST port=$PGPORT user=poor dbname=$PGDATABASE"
says 'may not read column id of public.nothing'
sql "GRANT SELECT (id, a), UPDATE (b) ON nothing TO poor; INSERT INTO nothing VALUES (1, '1')"
tries 2 empty --db "host=$PGHOST port=$PGPORT user=poor dbname=$PGDATABASE"
says "not all of it could be tried: permission denied for table nothing"

# --- fewer rows than there are, from all over the table; nothing was written -----------------------------------
check_exit 0 "$ZDM" plan qualified.lua --sample 100
check_has "$out" "sample   100 rows tried"
check_eq "schema zdm" "" "$(sql "SELECT 1 FROM pg_namespace WHERE nspname = 'zdm'")"
check_eq "rows" "${before#*|}" "$(sql "SELECT sum(xmin::text::bigint) FROM people")"
