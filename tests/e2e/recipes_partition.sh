# Tables that become partitions, and partitions that become tables: every kind of bound, for which PostgreSQL must not read
# the table; default partitions; names that need quotes; kills at each step; what is refused.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

picture() { schema_picture | grep -v -e zdm -e ' NOT NULL [^ ]*$'; } # which are constraints of their own from 18 on

# in_the_way N: what the gate says, wherever its lines end.
in_the_way() {
    tr -s ' \n' ' ' <"$out" >flat
    check_has flat "rows_in_its_way = $1"
}

# attaches NAME LAST FIELDS: up to the step LAST, which is the last before ATTACH; then what the server says to that.
attaches() {
    echo "return plan \"$1\" { api = 1, recipe.attach_partition { $3 } }" >"$1.lua"
    check_exit 0 "$ZDM" plan "$1.lua" --format json
    python3 -c 'import json, sys
for step in json.load(open(sys.argv[1]))["steps"]:
    if step["id"].startswith("attach "):
        print("SET client_min_messages = debug1; BEGIN;", step["sql"], "; ROLLBACK")' "$out" >attach.sql
    check_exit 0 "$ZDM" run "$1.lua" --until "$2"
    psql -Xq -v ON_ERROR_STOP=1 -f attach.sql >said 2>&1 || fail "$1: $(cat said)"
    check_lacks said 'verifying table'
    check_lacks said 'building index'
    check_lacks said 'validating foreign key'
}
proven() { check_has said "partition constraint for table \"$1\" is implied by existing constraints"; }

fresh_db parts
sql "CREATE TABLE owners (id int PRIMARY KEY);
     CREATE TABLE sales (id bigint, region text NOT NULL, at timestamptz, amount numeric(10, 2) CHECK (amount > 0),
         owner int REFERENCES owners ON DELETE CASCADE, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
     CREATE INDEX ON sales (lower(region), at DESC) INCLUDE (amount) WHERE amount > 1;
     CREATE TABLE sales_eu PARTITION OF sales FOR VALUES IN ('de', 'fr');
     CREATE SCHEMA \"My Shop\";
     CREATE TABLE \"My Shop\".\"All US\" (owner int, amount numeric(10, 2), at timestamptz, region text, id bigint NOT NULL);
     CREATE TABLE rest (LIKE sales INCLUDING ALL);
     INSERT INTO owners VALUES (1), (2);
     INSERT INTO \"My Shop\".\"All US\" SELECT 1, g, now(), 'us', g FROM generate_series(1, 500) AS g;
     INSERT INTO rest SELECT g, 'x' || g, now(), 5, 2 FROM generate_series(1, 500) AS g"

# --- everything that it lacks; names that need quotes; rows in the way
us="table = 'sales', partition = '\"My Shop\".\"All US\"', values = { 'us', 'it\\'s' }"
picture >before
sql "INSERT INTO \"My Shop\".\"All US\" VALUES (1, 1, NULL, 'de', 501), (1, 0, NULL, 'us', 502)"
echo "return plan \"us\" { api = 1, recipe.attach_partition { $us } }" >us.lua
check_exit 3 "$ZDM" run us.lua
in_the_way 1
sql "DELETE FROM \"My Shop\".\"All US\" WHERE id > 500"
attaches us "All US_zdm_bound: all rows" "$us"
proven 'All US'
check_exit 0 "$ZDM" run us.lua
check_eq "rows" 500 "$(sql "SELECT count(*) FROM sales WHERE region = 'us'")"
picture | diff before - | grep '^[<>]' >change || true
check_golden recipes_partition/us change
check_exit 0 "$ZDM" rollback us.lua
picture | diff before - >&2 || fail "us: the way back ends elsewhere"
run_whole us.lua

# --- the default partition: proven by what the others take; then others beside it
attaches rest "rest_zdm_bound: all rows" "table = 'sales', partition = 'rest', default = true"
proven rest
run_whole rest.lua
sql "CREATE TABLE sales_asia (LIKE sales INCLUDING ALL); INSERT INTO sales VALUES (9, 'jp', now(), 1, 1)"
asia="table = 'sales', partition = 'sales_asia', values = 'jp'"
echo "return plan \"asia\" { api = 1, recipe.attach_partition { $asia } }" >asia.lua
check_exit 3 "$ZDM" run asia.lua
in_the_way 1
sql "WITH gone AS (DELETE FROM rest WHERE region = 'jp' RETURNING *) INSERT INTO sales_asia SELECT * FROM gone"
attaches asia "rest_zdm_bound_sales_asia: all rows" "$asia"
proven sales_asia
check_has said 'updated partition constraint for default partition "rest" is implied by existing constraints'
run_whole asia.lua
check_exit 0 "$ZDM" rollback asia.lua
run_whole asia.lua

# --- out again, beside the default partition: rows of it that came since are in the way of the way back
picture >before
echo 'return plan "out" { api = 1, recipe.detach_partition { table = "sales", partition = "sales_asia", retain = "1ms" } }' >out.lua
check_exit 0 "$ZDM" plan out.lua
check_exit 3 "$ZDM" run out.lua
check_exit 0 "$ZDM" approve out.lua "sales_asia leaves sales" --note tested
check_exit 0 "$ZDM" run out.lua --until "set aside public.sales_asia"
sql "INSERT INTO sales VALUES (10, 'jp', now(), 1, 1)"
check_eq "in the default partition" 1 "$(sql "SELECT count(*) FROM rest WHERE region = 'jp'")"
check_exit 4 "$ZDM" rollback out.lua
tr -s ' \n' ' ' <"$err" >flat
check_has flat "1 row of public.rest within the bound of public.sales_asia"
sql "DELETE FROM rest WHERE region = 'jp'"
check_exit 0 "$ZDM" rollback out.lua
picture | diff before - >&2 || fail "out: the way back ends elsewhere"
run_whole out.lua
check_eq "dropped" "" "$(sql "SELECT to_regclass('sales_asia')")"

# --- ranges of several keys, and a partitioned table below another; kills
sql "CREATE TABLE months (y int, m int, day date NOT NULL) PARTITION BY RANGE (y, m);
     CREATE TABLE months_1 (y int NOT NULL, m int NOT NULL, day date NOT NULL);
     CREATE TABLE months_2 (LIKE months_1);
     CREATE TABLE months_3 (LIKE months_1) PARTITION BY RANGE (day);
     CREATE TABLE months_3_a (LIKE months_1);
     INSERT INTO months_1 SELECT 2026, g % 6 + 1, '2026-01-01' FROM generate_series(1, 100) AS g;
     INSERT INTO months_2 SELECT 2026 + g % 2, 7, '2026-07-01' FROM generate_series(1, 100) AS g;
     INSERT INTO months_3_a VALUES (2028, 1, '2028-01-01')"
attaches m1 "months_1_zdm_bound: all rows" \
    "table = 'months', partition = 'months_1', from = { '2026', 'MINVALUE' }, to = { '2026', '7' }"
proven months_1
run_whole m1.lua
attaches m2 "months_2_zdm_bound: all rows" \
    "table = 'months', partition = 'months_2', from = { '2026', '7' }, to = { '2027', 'MAXVALUE' }"
proven months_2
run_whole m2.lua
attaches m3 "months_3_zdm_bound: all rows" \
    "table = 'months', partition = 'months_3', from = { '2028', 'MINVALUE' }, to = { '2029', '6' }"
run_whole m3.lua
attaches m3a "months_3_a_zdm_bound: all rows" \
    "table = 'months_3', partition = 'months_3_a', from = '2028-01-01', to = 'MAXVALUE'"
proven months_3_a
run_whole m3a.lua
check_eq "rows" 201 "$(sql 'SELECT count(*) FROM months')"

picture >before
echo 'return plan "m2out" { api = 1, recipe.detach_partition { table = "months", partition = "months_2" } }' >m2out.lua
check_exit 3 "$ZDM" run m2out.lua
check_exit 0 "$ZDM" approve m2out.lua "months_2 leaves months" --note tested
ZDM_FAILPOINT=alone.after check_exit 137 "$ZDM" run m2out.lua
check_exit 0 "$ZDM" run m2out.lua
check_eq "rows" 101 "$(sql 'SELECT count(*) FROM months')"
check_eq "checks of it" months_2_bound "$(sql "SELECT conname FROM pg_constraint WHERE conrelid = 'months_2'::regclass AND contype = 'c'")"
ZDM_FAILPOINT=commit.after check_exit 137 "$ZDM" rollback m2out.lua
check_exit 0 "$ZDM" rollback m2out.lua
picture | diff before - >&2 || fail "m2out: the way back ends elsewhere"

# Killed with DETACH half way; the next run finalizes it.
check_exit 3 "$ZDM" run m2out.lua
check_exit 0 "$ZDM" approve m2out.lua "months_2 leaves months" --note tested
hold_lock 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM months'
"$ZDM" run m2out.lua >killed 2>&1 &
runner=$!
wait_until 'SELECT count(*) FROM pg_inherits WHERE inhdetachpending' 1
kill -9 "$runner"
wait "$runner" || true
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'zdm/m2out'" >ended
release_lock
wait_until "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'zdm/m2out'" 0
check_exit 0 "$ZDM" run m2out.lua
check_eq "detached" 0 "$(sql "SELECT count(*) FROM pg_inherits WHERE inhrelid = 'months_2'::regclass")"

# A key of a domain.
sql "CREATE DOMAIN code AS text CHECK (VALUE <> ''); CREATE TABLE coded (k code) PARTITION BY LIST (k);
     CREATE TABLE coded_a (k code); INSERT INTO coded_a VALUES ('a')"
attaches coded "coded_a_zdm_bound: all rows" "table = 'coded', partition = 'coded_a', values = { 'a', 'b' }"
proven coded_a

# In again and out: the CHECK that it has serves.
echo 'return plan "m2in" { api = 1, recipe.attach_partition { table = "months", partition = "months_2",
    from = { "2026", "7" }, to = { "2027", "MAXVALUE" } } }' >m2in.lua
run_whole m2in.lua
echo 'return plan "m2again" { api = 1, recipe.detach_partition { table = "months", partition = "months_2" } }' >m2again.lua
run_whole m2again.lua
check_eq "checks of it" months_2_bound "$(sql "SELECT conname FROM pg_constraint WHERE conrelid = 'months_2'::regclass AND contype = 'c'")"

# --- refused
sql "CREATE TABLE hashed (id int PRIMARY KEY, name text) PARTITION BY HASH (id);
     CREATE TABLE h0 (LIKE hashed INCLUDING ALL); INSERT INTO h0 SELECT FROM generate_series(1, 0);
     CREATE TABLE refers (id int REFERENCES hashed);
     CREATE TABLE h1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
     CREATE TABLE odd (region varchar(5), at timestamptz, amount int, extra text, id bigint, PRIMARY KEY (id));
     CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
     CREATE TRIGGER t BEFORE INSERT ON odd FOR EACH ROW EXECUTE FUNCTION noop();
     CREATE TRIGGER t BEFORE INSERT ON sales FOR EACH ROW EXECUTE FUNCTION noop();
     CREATE TABLE named (name text, n int) PARTITION BY LIST (name COLLATE \"C\"); CREATE TABLE named_rest PARTITION OF named DEFAULT;
     CREATE TABLE named_a (name text, n int); INSERT INTO named_a VALUES ('a', 1);
     CREATE TABLE other_key (LIKE sales INCLUDING DEFAULTS);
     ALTER TABLE other_key ADD PRIMARY KEY (id), ADD CONSTRAINT sales_amount_check CHECK (amount > 1)"
cat >refused.lua <<'LUA'
return plan "refused" {
    api = 1,
    recipe.attach_partition { table = "hashed", partition = "h0", modulus = 2, remainder = 0 },
    recipe.attach_partition { table = "hashed", partition = "h0", default = true },
    recipe.attach_partition { table = "sales", partition = "odd", values = "x" },
    recipe.attach_partition { table = "sales", partition = "other_key", values = "x" },
    recipe.attach_partition { table = "sales", partition = "sales_eu", values = "x" },
    recipe.attach_partition { table = "sales", partition = "other_key", default = true },
    recipe.attach_partition { table = "sales", partition = "other_key", from = "a", to = "b" },
    recipe.attach_partition { table = "months", partition = "odd", from = "1", to = "2" },
    recipe.attach_partition { table = "odd", partition = "sales", values = "x" },
    recipe.attach_partition { table = "sales", partition = "odd" },
    recipe.attach_partition { table = "sales", partition = "odd", from = "1" },
    recipe.detach_partition { table = "sales", partition = "odd" },
    recipe.detach_partition { table = "months", partition = "months_3_a" },
    recipe.detach_partition { table = "hashed", partition = "h1" },
}
LUA
check_exit 2 "$ZDM" plan refused.lua
check_golden recipes_partition/refused "$err"
echo 'return plan "hash" { api = 1, recipe.attach_partition { table = "hashed", partition = "h0", modulus = 2, remainder = 0, scan = true } }' >hash.lua
run_whole hash.lua
check_exit 0 "$ZDM" verify hash.lua
echo 'return plan "named" { api = 1, recipe.attach_partition { table = "named", partition = "named_a", values = "a", scan = true } }' >named.lua
run_whole named.lua
check_exit 0 "$ZDM" rollback named.lua

# --- by hash: no CHECK that knows the partitioned table by its OID
sql "DROP TABLE refers"
echo 'return plan "hashout" { api = 1, recipe.detach_partition { table = "hashed", partition = "h1" } }' >hashout.lua
run_whole hashout.lua
check_exit 0 "$ZDM" rollback hashout.lua
check_eq "its partition again" hashed "$(sql "SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = 'h1'::regclass")"
check_eq "steps with a CHECK" 0 "$(grep -c 'h1_bound' "$out" || true)"
