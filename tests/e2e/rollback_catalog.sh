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
        sql "of partitions" [[ALTER TABLE "S"."P t" ALTER "V v" SET DEFAULT 3]] {},
    },
    gate "go" { sql "yes" "SELECT true" },
    contract {
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
