# Undos that the catalog tells when their step runs: an old default, what was NOT NULL before, a primary key.
source "$ZDM_SOURCE/tests/support/lib.sh"
fresh_db rollback_catalog
export ZDM_LEDGER=$PWD/ledger.db

sql "CREATE TYPE mood AS ENUM ('it''s', 'b');
    CREATE TABLE t (id bigserial, a text DEFAULT 'it''s', b int, c mood DEFAULT 'it''s', d int GENERATED ALWAYS AS (b * 2) STORED,
        e int NOT NULL);
    CREATE SCHEMA \"S\";
    CREATE TABLE \"S\".\"P t\" (k int, \"V v\" int DEFAULT 1) PARTITION BY RANGE (k);
    CREATE TABLE p1 PARTITION OF \"S\".\"P t\" FOR VALUES FROM (0) TO (10);
    CREATE TABLE p2 PARTITION OF \"S\".\"P t\" FOR VALUES FROM (10) TO (20);
    ALTER TABLE p1 ALTER \"V v\" SET DEFAULT 2;
    ALTER TABLE p2 ALTER \"V v\" SET NOT NULL;
    CREATE TABLE k (x int, y int NOT NULL);
    CREATE TABLE \"S\".m (id int NOT NULL, at date NOT NULL, t int, CONSTRAINT m_key UNIQUE (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE \"S\".other (t int PRIMARY KEY);
    ALTER TABLE \"S\".m ADD CONSTRAINT m_other FOREIGN KEY (t) REFERENCES \"S\".other;
    CREATE INDEX m_t ON \"S\".m (t);
    CREATE INDEX m_at ON \"S\".m (at);
    CREATE TRIGGER m_row BEFORE UPDATE ON \"S\".m FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
    CREATE TABLE \"M 1\" (id int NOT NULL, at date NOT NULL, t int);
    CREATE INDEX own_t ON \"M 1\" (t);
    CREATE INDEX own_id ON \"M 1\" (id);
    CREATE TABLE m2 PARTITION OF \"S\".m FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
    CREATE TABLE m3 PARTITION OF \"S\".m FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
    ALTER TABLE m3 ADD CONSTRAINT m3_own CHECK (id > 0)"

cat >catalog.lua <<'PLAN'
return plan "catalog" {
    api = 1,
    expand {
        sql "defaults" [[
            ALTER TABLE t ADD COLUMN f int, ALTER COLUMN f SET DEFAULT 5, ALTER a DROP DEFAULT, ALTER b SET DEFAULT 7;
            ALTER TABLE t ALTER a SET DEFAULT 'other', ALTER c SET DEFAULT 'b', ALTER id DROP DEFAULT
        ]] {},
        sql "may be left out" [[ALTER TABLE t ALTER e DROP NOT NULL]],
        sql "was nullable" [[ALTER TABLE t ALTER b DROP NOT NULL]],
        sql "of partitions" [[ALTER TABLE "S"."P t" ALTER "V v" SET DEFAULT 3]] {},
    },
    gate "go" { sql "yes" "SELECT true" },
    contract {
        sql "value" [[ALTER TYPE mood RENAME VALUE 'b' TO 'c']] {},
        sql "type" [[ALTER TYPE mood RENAME TO "Mood"; ALTER TRIGGER m_row ON "S".m RENAME TO m_rows]] {},
        sql "not null" [[
            ALTER TABLE t ALTER b SET NOT NULL, ALTER e SET NOT NULL;
            ALTER TABLE "S"."P t" ALTER "V v" SET NOT NULL
        ]] { allow = { "scan-set-not-null" }, because = "they are empty" },
        sql "nothing new" [[ALTER TABLE t ALTER e SET NOT NULL]] {
            allow = { "scan-set-not-null" }, because = "they are empty",
        },
        sql "attach" [[ALTER TABLE "S".m ATTACH PARTITION "M 1" FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')]] {
            allow = { "scan-attach-partition" }, because = "it is empty",
        },
        sql "detach" [[ALTER TABLE "S".m DETACH PARTITION m2]] {},
        sql "detach beside" [[ALTER TABLE "S".m DETACH PARTITION m3 CONCURRENTLY]] {},
        sql "key" [[ALTER TABLE k ADD CONSTRAINT k_pkey PRIMARY KEY (x, y)]] {
            allow = { "index-add-pk" }, because = "it is empty",
        },
    },
}
PLAN

picture() {
    schema_picture | grep -v zdm
}

picture >before
check_exit 0 "$ZDM" plan catalog.lua
check_has <(tr -s ' \n' ' ' <"$out") 'PostgreSQL reads m2 under ACCESS EXCLUSIVE when it is attached again'
check_lacks <(tr -s ' \n' ' ' <"$out") 'PostgreSQL reads m3'
check_exit 0 "$ZDM" run catalog.lua
picture >after
! cmp -s before after || fail "the plan changed nothing"
check_exit 0 "$ZDM" rollback catalog.lua --dry-run
check_has "$out" "SET DEFAULT nextval('t_id_seq'::regclass)"
check_has "$out" 'ALTER TABLE ONLY p1 ALTER COLUMN "V v" SET DEFAULT 2;'
check_has "$out" "it changed nothing"
check_exit 0 "$ZDM" rollback catalog.lua --dry-run --format json
check_exit 0 "$ZDM" rollback catalog.lua
picture >back
diff before back
check_exit 137 env ZDM_FAILPOINT=alone.started "$ZDM" run catalog.lua
check_exit 4 "$ZDM" rollback catalog.lua
check_has <(tr -s ' \n' ' ' <"$err") 'it was begun outside a transaction and did not end'
check_exit 137 env ZDM_FAILPOINT=alone.after "$ZDM" run catalog.lua
check_exit 0 "$ZDM" run catalog.lua
picture >again
diff after again
check_exit 0 "$ZDM" rollback catalog.lua

# --- what zdm did not run itself it cannot know
check_exit 0 "$ZDM" resolve catalog.lua "defaults" --done --because "by hand"
check_exit 4 "$ZDM" rollback catalog.lua
check_has <(tr -s ' \n' ' ' <"$err") "what was there before is not in the journal"

# --- a command has the undo that the plan gives it; killed or failed, it runs again
cat >command.lua <<'PLAN'
return plan "command" {
    api = 1,
    expand {
        command "flag" { argv = { "touch", "flag" }, undo = { "sh", "-c", "test ! -e stop && rm flag" }, idempotent = true },
    },
}
PLAN
check_exit 0 "$ZDM" run command.lua
check_exit 0 "$ZDM" rollback command.lua --dry-run
check_has "$out" "the program sh"
check_exit 0 "$ZDM" plan command.lua --format json
touch stop
check_exit 1 "$ZDM" rollback command.lua
check_has <(tr -s ' \n' ' ' <"$err") 'command "sh" of step "flag" exited with 1'
rm stop
check_exit 137 env ZDM_FAILPOINT=alone.started "$ZDM" rollback command.lua
[ -e flag ] || fail "it was only announced"
check_exit 0 "$ZDM" rollback command.lua
[ ! -e flag ] || fail "its undo did not run"

# --- plans by chance, of a seed: up, back, the whole schema as it was, and up again
sql 'CREATE DATABASE random_base' -d postgres
PGDATABASE=random_base sql "
    CREATE TABLE ref (id int PRIMARY KEY);
    CREATE TABLE t (a int DEFAULT 1, b int NOT NULL, c int, \"D d\" int DEFAULT 2, txt text);
    COMMENT ON TABLE t IS 'a \\t table'; COMMENT ON COLUMN t.a IS 'it''s a';
    ALTER TABLE t ALTER b SET STATISTICS 77, ALTER txt SET STORAGE EXTERNAL;
    CREATE TABLE u (x int, y int NOT NULL DEFAULT 4);
    CREATE SCHEMA \"S\";
    CREATE TABLE \"S\".p (k int, v int DEFAULT 1, w int) PARTITION BY RANGE (k);
    CREATE TABLE \"S\".p1 PARTITION OF \"S\".p FOR VALUES FROM (0) TO (10);
    CREATE TABLE p2 PARTITION OF \"S\".p FOR VALUES FROM (10) TO (20);
    CREATE TABLE p3 (k int, v int, w int);
    CREATE INDEX p_v ON \"S\".p (v); CREATE INDEX p3_own ON p3 (v);
    ALTER TABLE \"S\".p1 ALTER v SET DEFAULT 8, ALTER v SET STATISTICS 9; ALTER TABLE p2 ALTER w SET NOT NULL"
whole() {
    schema_picture
    sql "SELECT c.oid::regclass, a.attname, a.attstattarget, a.attstorage, a.attinhcount, a.attislocal, a.attidentity
           FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
          WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema|zdm)' AND a.attnum > 0 AND NOT a.attisdropped
          ORDER BY c.oid::regclass::text, a.attname COLLATE \"C\""
    sql "SELECT conrelid::regclass, conname, convalidated, coninhcount, conislocal FROM pg_constraint
          WHERE connamespace::regnamespace::text !~ '^(pg_|information_schema|zdm)' ORDER BY 1, 2"
    sql "SELECT pg_describe_object(classoid, objoid, objsubid), description FROM pg_description AS d
          WHERE objoid >= 16384 ORDER BY 1"
    sql "SELECT polname, polrelid::regclass FROM pg_policy ORDER BY 1; SELECT rulename, ev_class::regclass FROM pg_rewrite
          WHERE oid >= 16384 ORDER BY 1, 2"
    sql "SELECT oid::regtype, typtype, typdefault FROM pg_type WHERE oid >= 16384 ORDER BY 1"
    sql "SELECT nspname FROM pg_namespace ORDER BY 1"
}
for seed in ${ZDM_SEEDS:-11 13}; do
    fresh_db random random_base
    rm -rf ledger.db*
    whole | grep -v zdm >before
    : >allowed
    for _ in {1..12}; do # what is refused has to be allowed
        python3 "$ZDM_SOURCE/tests/support/random_plan.py" "$seed" 30 allowed >random.lua
        "$ZDM" run random.lua >out 2>err || true
        tr -s ' \n' ' ' <err | grep -oE 'step "step [0-9]+" in contract, rule [a-z-]+' |
            sed -E 's/^step "step ([0-9]+)".* rule /\1 /' >refused || break
        cat refused >>allowed
    done
    check_exit 0 "$ZDM" run random.lua
    whole | grep -v zdm >after
    check_exit 0 "$ZDM" rollback random.lua --accept-data-loss
    whole | grep -v zdm >back
    diff before back || fail "seed $seed: the way back ends elsewhere"
    check_exit 0 "$ZDM" run random.lua
    whole | grep -v zdm >again
    diff after again || fail "seed $seed: the second time is not as the first"
done
