# Indexes and keys of partitioned tables: built and dropped partition by partition, up, down and up again; killed at each
# step; beside partitions that come, and that go, in the meantime; what the server scans; what is refused.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

picture() {
    schema_picture | grep -v zdm
    sql "SELECT format('comment %s %s', c.oid::regclass, obj_description(c.oid, 'pg_class')) FROM pg_class c
          WHERE c.relkind IN ('i', 'I') AND c.oid >= 16384 AND obj_description(c.oid, 'pg_class') IS NOT NULL
         UNION ALL SELECT format('%s clustered', indexrelid::regclass) FROM pg_index WHERE indisclustered
         UNION ALL SELECT format('%s.%s statistics %s', attrelid::regclass, attnum, attstattarget)
           FROM pg_attribute JOIN pg_index ON indexrelid = attrelid WHERE attstattarget > 0 AND attrelid >= 16384
         UNION ALL SELECT format('%s is a part of %s', inhrelid::regclass, inhparent::regclass) FROM pg_inherits
         ORDER BY 1"
}

# back NAME: the rollback ends where it all began.
back() {
    check_exit 0 "$ZDM" rollback "$1.lua"
    picture | diff before - >&2 || fail "$1: the way back ends elsewhere"
}

# says FILE TEXT: wherever its lines end.
says() {
    tr -s ' \n' ' ' <"$1" >flat
    check_has flat "$2"
}

# builds_missing: the index that a partition lacks, as the hint says.
builds_missing() {
    sql "$(sed -n 's/.*build it, then go on: //p' flat)"
}

odd='"My Shop"."The sales whose id is odd, in a name of sixty-three bytes, %s y"'
fresh_db parted
sql "CREATE SCHEMA \"My Shop\";
     CREATE TABLE sales (id bigint NOT NULL, day date NOT NULL, region text, buyer int, amount numeric) PARTITION BY RANGE (day);
     CREATE TABLE sales_2025 PARTITION OF sales FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY HASH (id);
     CREATE TABLE sales_2025_0 PARTITION OF sales_2025 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
     CREATE TABLE $odd PARTITION OF sales_2025 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
     CREATE TABLE sales_rest PARTITION OF sales DEFAULT;
     CREATE INDEX by_region ON sales (lower(region), day DESC) INCLUDE (amount) WHERE amount > 0;
     COMMENT ON INDEX by_region IS 'for reports';
     COMMENT ON INDEX sales_rest_lower_day_amount_idx IS 'the rest''s';
     ALTER INDEX sales_rest_lower_day_amount_idx ALTER COLUMN 1 SET STATISTICS 500;
     ALTER TABLE sales_2025_0 ADD PRIMARY KEY (id);
     ALTER TABLE sales_2025_0 CLUSTER ON sales_2025_0_pkey;
     CREATE TABLE buyers (id int PRIMARY KEY);
     INSERT INTO buyers SELECT generate_series(0, 9);
     INSERT INTO sales SELECT g, date '2025-01-01' + g % 500, 'r' || g % 9, g % 10, g FROM generate_series(1, 1000) AS g"
picture >before

# --- dropped: killed in the middle of each kind of step, there and back
cat >drop.lua <<'LUA'
return plan "drop" { api = 1, recipe.drop_index { table = "sales", name = "by_region", quiet = "1ms" } }
LUA
check_exit 0 "$ZDM" plan drop.lua
says "$out" "ACCESS EXCLUSIVE on public.sales_rest, briefly"
says "$out" "public.sales and its partitions are locked for an instant"
says "$out" "an index of a partitioned table cannot be dropped CONCURRENTLY"
check_exit 3 "$ZDM" run drop.lua # first it looks whether it is used
check_exit 0 "$ZDM" run drop.lua --until "index sales_rest_lower_day_amount_idx: announced"
back drop # nothing was dropped: what is there is taken for what it is
check_exit 3 "$ZDM" run drop.lua
ZDM_FAILPOINT=commit.after:4 check_exit 137 "$ZDM" run drop.lua
run_whole drop.lua
check_eq "indexes of it" "" "$(sql "SELECT indexrelid::regclass FROM pg_index WHERE pg_get_indexdef(indexrelid) ~ 'lower[(]'")"
ZDM_FAILPOINT=alone.after check_exit 137 "$ZDM" rollback drop.lua
back drop

# A partition that came since: its index is missing, by name, until it is built.
run_whole drop.lua
sql "CREATE TABLE sales_2026 PARTITION OF sales FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')"
check_exit 1 "$ZDM" rollback drop.lua
says "$err" "sales_2026 became a partition since the plan was made, and has no index like by_region"
builds_missing
check_exit 0 "$ZDM" rollback drop.lua
check_eq "valid" t "$(sql "SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_region'::regclass")"
sql "DROP TABLE sales_2026"
picture | diff before - >&2 || fail "drop: the way back ends elsewhere"

# --- replaced: what hangs on the parts goes over; a partition that comes between two steps
cat >replace.lua <<'LUA'
return plan "replace" { api = 1,
    recipe.replace_index { table = "sales", from = "by_region", keys = "region, day", where = "amount > 1" } }
LUA
check_exit 3 "$ZDM" run replace.lua
picture | diff before - | grep "^[<>]" | grep -v "^. column" >change || true
check_golden recipes_parted/replaced change
back replace
check_exit 0 "$ZDM" run replace.lua --until "index sales_rest_lower_day_amount_idx_new"
sql "CREATE TABLE sales_2026 PARTITION OF sales FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')"
check_exit 1 "$ZDM" run replace.lua
says "$err" "sales_2026 became a partition since the plan was made, and has no index like by_region_new"
builds_missing
run_whole replace.lua
check_eq "all parts are there" 0 "$(sql "SELECT count(*) FROM pg_index WHERE NOT indisvalid")"
check_eq "of the old one is left" 0 "$(sql "SELECT count(*) FROM pg_index WHERE pg_get_indexdef(indexrelid) ~ 'lower[(]'")"
check_exit 1 "$ZDM" rollback replace.lua
says "$err" "sales_2026 became a partition since the plan was made, and has no index like by_region_old"
builds_missing
check_exit 0 "$ZDM" rollback replace.lua
sql "DROP TABLE sales_2026"
picture | diff before - >&2 || fail "replace: the way back ends elsewhere"

# --- a foreign key: nothing is read but by VALIDATE, partition by partition
cat >key.lua <<'LUA'
return plan "key" { api = 1,
    recipe.add_foreign_key { table = "sales", columns = "buyer", references = "buyers", on_delete = "cascade" } }
LUA
if [ "$(sql "SELECT current_setting('server_version_num')::int < 180000")" = t ]; then # later ones are NOT VALID as a whole
    check_exit 0 "$ZDM" run key.lua --until "sales_buyer_fkey of sales_rest: all rows"
    sql "CREATE TABLE sales_2026 PARTITION OF sales FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')"
    check_exit 1 "$ZDM" run key.lua
    says "$err" "lack the foreign key sales_buyer_fkey"
    says "$err" "detail: sales_2026"
    sql "DROP TABLE sales_2026"
    sql "SET client_min_messages = debug1; BEGIN;
         ALTER TABLE sales ADD CONSTRAINT sales_buyer_fkey FOREIGN KEY (buyer) REFERENCES buyers (id) ON DELETE CASCADE" 2>said
    check_lacks said 'validating foreign key'
fi
check_exit 0 "$ZDM" run key.lua
check_eq "keys" "5 t" "$(sql "SELECT count(*), bool_and(convalidated) FROM pg_constraint WHERE conname = 'sales_buyer_fkey'" -F ' ')"
back key

# --- a unique constraint goes, and comes back without a build; not over a partition that would be built under a lock
cat >unique.lua <<'LUA'
return plan "unique" { api = 1, recipe.drop_constraint { table = "sales", name = "one_sale" } }
LUA
sql "ALTER TABLE sales ADD CONSTRAINT one_sale UNIQUE (id, day) INCLUDE (buyer) WITH (fillfactor = 77);
     ALTER TABLE sales_rest CLUSTER ON sales_rest_id_day_buyer_key;
     COMMENT ON CONSTRAINT one_sale ON sales IS 'as it is told';
     COMMENT ON INDEX sales_rest_id_day_buyer_key IS 'of the rest'"
picture >before
check_exit 3 "$ZDM" run unique.lua
approve_asked
check_exit 0 "$ZDM" run unique.lua --until "drop constraint one_sale of sales"
back unique
check_eq "comment" "as it is told" \
    "$(sql "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conrelid = 'sales'::regclass AND contype = 'u'")"
run_whole unique.lua
check_eq "unique constraints" 0 "$(sql "SELECT count(*) FROM pg_constraint WHERE contype = 'u' AND conrelid::regclass::text ~ 'sales'")"
ZDM_FAILPOINT=alone.after check_exit 137 "$ZDM" rollback unique.lua
sql "CREATE TABLE sales_2026 PARTITION OF sales FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')"
check_exit 4 "$ZDM" rollback unique.lua
says "$err" "sales_2026 has no constraint like one_sale"
sql "DROP TABLE sales_2026"
back unique
sql "ALTER TABLE sales DROP CONSTRAINT one_sale"

# --- refused
sql "CREATE FOREIGN DATA WRAPPER far; CREATE SERVER away FOREIGN DATA WRAPPER far;
     CREATE TABLE mixed (id int, day date) PARTITION BY RANGE (day); CREATE INDEX mixed_id ON mixed (id);
     CREATE FOREIGN TABLE mixed_far PARTITION OF mixed FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') SERVER away;
     CREATE INDEX half ON ONLY sales (amount);
     ALTER TABLE sales_rest ADD UNIQUE (id, day), REPLICA IDENTITY USING INDEX sales_rest_id_day_key;
     CREATE UNIQUE INDEX one ON sales (id, day) "
cat >refused.lua <<'LUA'
return plan "refused" {
    api = 1,
    recipe.drop_index { table = "mixed", name = "mixed_id" },
    recipe.replace_index { table = "mixed", from = "mixed_id", keys = "day" },
    recipe.create_index { table = "mixed", name = "mixed_day", keys = "day" },
    recipe.replace_index { table = "sales", from = "half", keys = "amount, day" },
    recipe.drop_index { table = "sales", name = "one" },
    recipe.change_type { table = "sales", column = "buyer", type = "bigint" },
    recipe.add_unique { table = "sales", columns = "id" },
    recipe.add_unique { table = "sales", columns = { "id", "day" } },
    recipe.add_primary_key { table = "sales", columns = { "id", "day" } },
    recipe.add_primary_key { table = "sales", identity = "number" },
}
LUA
check_exit 2 "$ZDM" plan refused.lua
check_golden recipes_parted/refused "$err"

# --- a key that is called as PostgreSQL calls those that it makes itself: run reads no more of it than plan
sql "CREATE TABLE visits (id bigint PRIMARY KEY); CREATE TABLE clicks (visit bigint REFERENCES visits)"
cat >visits.lua <<'LUA'
return plan "visits" { api = 1, recipe.partition_table { table = "visits", hash = "id", partitions = 2 } }
LUA
run_whole visits.lua
check_eq "refers to the new table" "clicks_visit_fkey visits" \
    "$(sql "SELECT conname, confrelid::regclass FROM pg_constraint WHERE conrelid = 'clicks'::regclass AND conparentid = 0" -F ' ')"

# --- partitions of one name in two schemas; and others that go: one is dropped and one detached while the plan runs, one
# each behind its end; killed in between, there and back. What is left ends where it began, and so does what was detached
# but for what was dropped while it was a partition.
fresh_db gone
sql "CREATE SCHEMA a; CREATE SCHEMA b;
     CREATE TABLE sales (id bigint NOT NULL, day date NOT NULL, region text, buyer int) PARTITION BY RANGE (day);
     CREATE TABLE s21 PARTITION OF sales FOR VALUES FROM ('2021-01-01') TO ('2022-01-01') PARTITION BY HASH (id);
     CREATE TABLE s21_0 PARTITION OF s21 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
     CREATE TABLE s22 PARTITION OF sales FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
     CREATE TABLE s23 PARTITION OF sales FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
     CREATE TABLE s24 PARTITION OF sales FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id);
     CREATE TABLE s24_0 PARTITION OF s24 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
     CREATE TABLE a.p PARTITION OF sales FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
     CREATE TABLE b.p PARTITION OF sales FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
     CREATE TABLE buyers (id int PRIMARY KEY);
     INSERT INTO buyers SELECT generate_series(0, 9);
     INSERT INTO sales SELECT g, date '2021-01-01' + g * 2, 'r' || g % 9, g % 10 FROM generate_series(1, 1000) AS g;
     CREATE INDEX by_region ON sales (lower(region));
     COMMENT ON INDEX s22_lower_idx IS 'of 2022';
     COMMENT ON INDEX b.p_lower_idx IS 'of b';
     CREATE INDEX by_day ON sales (day);
     ALTER TABLE sales ADD CONSTRAINT one_sale UNIQUE (id, day)"
cat >gone.lua <<'LUA'
return plan "gone" {
    api = 1,
    recipe.add_foreign_key { table = "sales", columns = "buyer", references = "buyers" },
    recipe.add_unique { table = "sales", columns = { "region", "day", "id" }, name = "told_once" },
    recipe.replace_index { table = "sales", from = "by_region", keys = "region, day" },
    recipe.drop_index { table = "sales", name = "by_day", quiet = "1ms" },
    recipe.drop_constraint { table = "sales", name = "one_sale" },
}
LUA
left() {
    picture | grep -vE 's2[1-4]'
}
left >before
picture | grep -E 's2[24]' >other
ZDM_FAILPOINT=alone.started:4 check_exit 137 "$ZDM" run gone.lua # of s22
sql "DROP TABLE s21; ALTER TABLE sales DETACH PARTITION s22;
     CREATE INDEX s22_sales_buyer_idx ON s22 (buyer);
     UPDATE pg_index SET indisvalid = false WHERE indexrelid = 's22_sales_buyer_idx'::regclass" # as a kill leaves it
check_exit 0 "$ZDM" plan gone.lua
check_exit 0 "$ZDM" run gone.lua --until "index by_region_new"
says "$out" "index s22_sales_buyer_idx: left out, gone or detached: public.s22"
check_eq "what was left INVALID" "" "$(sql "SELECT to_regclass('s22_sales_buyer_idx')")"
sql "DROP TABLE s23; CREATE TABLE s23 PARTITION OF sales FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')" # another one
check_exit 3 "$ZDM" run gone.lua
says "$out" "left out, gone or detached: public.s21, public.s22, public.s23_lower_idx_new"
run_whole gone.lua
check_eq "all of the parts are there" "6 t" "$(sql "SELECT count(*), bool_and(indisvalid) FROM pg_index
     WHERE pg_get_indexdef(indexrelid) ~ 'region, day\)'" -F ' ')"
sql "DROP TABLE s23; ALTER TABLE sales DETACH PARTITION s24"
ZDM_FAILPOINT=alone.after check_exit 137 "$ZDM" rollback gone.lua
check_exit 0 "$ZDM" rollback gone.lua
left | diff before - >&2 || fail "gone: the way back ends elsewhere"
picture | grep -E 's2[24]' | diff other - | grep '^[<>]' | grep -v '^. column' >change || true
check_golden recipes_parted/detached change

# --- a primary key: no index is built under a lock, not even of a partition that came since
cat >primary.lua <<'LUA'
return plan "primary" { api = 1, recipe.add_primary_key { table = "sales", columns = { "day", "id" } } }
LUA
check_exit 0 "$ZDM" run primary.lua --until "index b.p_sales_pkey"
sql "CREATE TABLE s27 PARTITION OF sales FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')"
check_exit 1 "$ZDM" run primary.lua
says "$err" "a partition of public.sales came since the plan was made"
says "$err" "first: CREATE UNIQUE INDEX CONCURRENTLY ... ON s27, then ALTER TABLE s27 ADD PRIMARY KEY USING INDEX ..."
sql "DROP TABLE s27"
sql "SET client_min_messages = debug1; BEGIN;
     $("$ZDM" plan primary.lua --format json | jq -r '.steps[] | select(.id == "key sales_pkey").sql')" 2>said
check_has said 'ADD PRIMARY KEY will create implicit index'
check_lacks said 'building index'
check_lacks said 'verifying table'
check_exit 0 "$ZDM" run primary.lua
check_eq "keys" "3 t" "$(sql "SELECT count(*), bool_and(convalidated) FROM pg_constraint
     WHERE conname IN ('sales_pkey', 'p_sales_pkey')" -F ' ')"
check_exit 0 "$ZDM" rollback primary.lua
left | diff before - >&2 || fail "primary: the way back ends elsewhere"

# --- dropped between the look and the statement that is for it, which waits for its lock meanwhile
cat >race.lua <<'LUA'
return plan "race" { api = 1, recipe.create_index { table = "sales", name = "by_buyer", keys = "buyer" } }
LUA
check_exit 0 "$ZDM" run race.lua --until "index b.p_by_buyer"
waits="relation = 'sales'::regclass AND mode ="
psql -Xq -c BEGIN -c "LOCK TABLE ONLY sales IN ROW EXCLUSIVE MODE" -c "DO \$\$BEGIN
        WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND $waits 'ShareLock') LOOP PERFORM pg_sleep(0.002); END LOOP;
    END\$\$" -c "DROP TABLE a.p" -c COMMIT &
wait_until "SELECT count(*) FROM pg_locks WHERE granted AND $waits 'RowExclusiveLock'" 1
check_exit 0 "$ZDM" run race.lua
wait
says "$out" "left out, gone or detached: a.p"
check_eq "valid" t "$(sql "SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_buyer'::regclass")"
