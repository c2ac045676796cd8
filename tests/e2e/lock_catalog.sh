# The tables that only the catalog knows of: zdm run judges its locks as zdm plan --db shows them, and both as the
# server takes them. An event trigger writes down what each step holds while it holds it.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

psql -Xq -v ON_ERROR_STOP=1 <<'EOF'
CREATE TABLE parent (id bigint PRIMARY KEY, code varchar(20) UNIQUE);
CREATE TABLE child (id bigint PRIMARY KEY, parent bigint REFERENCES parent, n int);
CREATE TABLE by_code (code varchar(20) REFERENCES parent (code));
CREATE TABLE gone (id bigint PRIMARY KEY, parent bigint REFERENCES parent, child bigint REFERENCES child);
CREATE TABLE ranges (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE ranges_1 PARTITION OF ranges FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE ranges_rest PARTITION OF ranges
    (CHECK (at IS NOT NULL AND NOT (at >= '2026-01-01' AND at < '2027-01-01'))) DEFAULT;
CREATE TABLE base (id bigint, name text);
CREATE TABLE derived (more int) INHERITS (base);
CREATE VIEW seen_by AS SELECT id FROM base;
CREATE TABLE later (id bigint PRIMARY KEY);

CREATE TABLE held (at bigserial, xid xid8, relation text, strong boolean);
CREATE TABLE there AS SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'v');
CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.held (xid, relation, strong)
    SELECT pg_current_xact_id(), format('%I.%I', n.nspname, c.relname),
           l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
    FROM pg_locks l
    JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p', 'v')
    JOIN public.there t ON t.oid = c.oid
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation'
      AND c.relname NOT IN ('held', 'there');
END $$;
CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION note();
CREATE EVENT TRIGGER note_drop ON sql_drop EXECUTE FUNCTION note();
EOF

cat >rich.lua <<'EOF'
return plan "rich" {
  api = 1,
  expand {
    sql "inherited column" [[ALTER TABLE base ADD COLUMN a int]],
    sql "new partition" [[CREATE TABLE ranges_2 PARTITION OF ranges
      FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')]],
    sql "wider" [[ALTER TABLE parent ALTER COLUMN code TYPE varchar(40)]]
      { allow = { "rewrite-column-type" }, because = "only the length grows" },
    sql "new table" [[CREATE TABLE fresh (id bigint, later bigint REFERENCES later)]],
    sql "of a new table" [[ALTER TABLE fresh ADD FOREIGN KEY (id) REFERENCES parent]],
    sql "partitioned" [[ALTER TABLE ranges ADD COLUMN b int]],
  },
  gate "go" { sql "yes" [[SELECT true]] },
  contract {
    sql "foreign keys" [[DROP TABLE gone]],
    sql "one of two" [[ALTER TABLE child DROP COLUMN parent]],
    sql "the other side" [[DROP TABLE later CASCADE]]
      { allow = { "drop-cascade" }, because = "a test" },
  },
}
EOF


check_exit 0 "$ZDM" plan --db "$ZDM_DATABASE_URL" rich.lua --format json
jq -S '[.steps[] | select(.kind == "sql") | {step: .id, locking}]' "$out" >shown
check_exit 0 "$ZDM" run rich.lua --format json
jq -sS '[.[] | select(.event == "step-start") | {step, locking}]' "$out" >judged
diff -u shown judged >&2 || fail "zdm run judges otherwise than zdm plan --db showed"

# What it waits for in turn is what the server gave it, of the tables that were there.
jq -r '.[].step' judged >steps
sql "SELECT dense_rank() OVER (ORDER BY xid), relation FROM held WHERE strong GROUP BY xid, relation
     ORDER BY 1, 2" | while IFS='|' read -r n relation; do
    echo "$(sed -n "${n}p" steps)|$relation"
done | sort -u >taken
jq -r '.[] | .step as $step | .locking.order[] | [$step, .] | join("|")' judged | sort -u >ordered
comm -23 taken ordered >missed
check_eq "locks that nobody foresaw" "" "$(cat missed)"
# What steps before made or the step drops is not looked up by the trigger.
check_eq "locks that were not taken" "foreign keys|public.gone
partitioned|public.ranges_2
the other side|public.fresh
the other side|public.later" "$(comm -13 taken ordered)"
sql 'DROP EVENT TRIGGER note; DROP EVENT TRIGGER note_drop'

# Between two steps somebody else adds a child table, and a hook does.
cat >moving.lua <<'EOF'
return plan "moving" {
  api = 1, old_transaction = "0s",
  expand {
    sql "waits" [[ALTER TABLE parent ADD COLUMN c int]],
    sql "more children" [[ALTER TABLE base ADD COLUMN c int]],
    hook "somebody" { run = function(db) db:exec("CREATE TABLE by_hook () INHERITS (base)") end },
    sql "more still" [[ALTER TABLE base ADD COLUMN d int]] { undo = [[ALTER TABLE base DROP COLUMN d]] },
  },
}
EOF
hold_lock 'LOCK TABLE parent IN ACCESS SHARE MODE'
"$ZDM" run moving.lua --format json >moving &
runner=$!
wait_for_line moving lock-wait
sql 'CREATE TABLE by_another () INHERITS (base)'
release_lock
wait "$runner"
order_of() { # FILE EVENT STEP
    jq -r "select(.event == \"$2\" and .step == \"$3\") | .locking.order | join(\" \")" "$1"
}
check_eq "the child of another session" "public.base public.derived public.by_another" \
    "$(order_of moving step-start 'more children')"
check_eq "the child of the hook" "public.base public.derived public.by_another public.by_hook" \
    "$(order_of moving step-start 'more still')"
check_exit 0 "$ZDM" rollback moving.lua --to somebody --accept-data-loss --format json
check_eq "the way back" "public.base public.derived public.by_another public.by_hook" \
    "$(order_of "$out" undo-start 'more still')"

# An old transaction on the other side of a foreign key is waited for before the lock is asked for.
cat >before.lua <<'EOF'
return plan "before" {
  api = 1, old_transaction = "100ms",
  gate "go" { sql "yes" [[SELECT true]] },
  contract { sql "loses its foreign key" [[DROP TABLE by_code]] },
}
EOF
hold_lock 'SELECT count(*) FROM parent'
wait_until "SELECT max(clock_timestamp() - xact_start) > interval '200ms' FROM pg_stat_activity
            WHERE state = 'idle in transaction'" t
"$ZDM" run before.lua --format json >before &
runner=$!
wait_for_line before lock-wait
release_lock
wait "$runner"
check_eq "in the way" "old-transactions parent" "$(jq -r 'select(.event == "lock-wait") |
    .lock | [.stage, .blockers[0].relation] | join(" ")' before | head -1)"

# A role that may not use the schema on the other side; and one that may not read the catalog.
psql -Xq -v ON_ERROR_STOP=1 <<'EOF'
SET client_min_messages = warning;
CREATE ROLE app LOGIN;
GRANT CREATE ON DATABASE :DBNAME TO app;
CREATE SCHEMA hidden;
CREATE TABLE hidden.parent (id bigint PRIMARY KEY);
CREATE TABLE mine (id bigint REFERENCES hidden.parent, a int);
CREATE TABLE mine_too (id bigint REFERENCES hidden.parent, a int);
ALTER TABLE mine OWNER TO app;
ALTER TABLE mine_too OWNER TO app;
DROP SCHEMA zdm CASCADE;
EOF
for table in mine mine_too; do
    cat >$table.lua <<EOF
return plan "$table" {
  api = 1,
  gate "go" { sql "yes" [[SELECT true]] },
  contract { sql "drop it" [[DROP TABLE $table]] },
}
EOF
done
export ZDM_DATABASE_URL="host=$PGHOST port=$PGPORT user=app dbname='$PGDATABASE'"
check_exit 0 "$ZDM" run mine.lua --format json
check_eq "without USAGE" "public.mine hidden.parent" "$(order_of "$out" step-start 'drop it')"
sql 'REVOKE SELECT ON pg_catalog.pg_policy FROM PUBLIC'
check_exit 0 "$ZDM" run mine_too.lua --format json
check_eq "by the text" "mine_too" "$(order_of "$out" step-start 'drop it')"
check_has "$out" 'locks are judged by the text of the plan alone'
check_has "$out" 'permission denied for table pg_policy'
check_has "$out" 'GRANT SELECT ON pg_catalog.pg_policy TO PUBLIC'
sql 'GRANT SELECT ON pg_catalog.pg_policy TO PUBLIC'
# So it is with every catalog that zdm reads: it says which, and how the right is given back; what is only about
# the moment it goes without.
echo 'SELECT 1;' >c.sql
grep -ohE 'pg_catalog\.pg_[a-z_]+' "$ZDM_SOURCE"/engine/catalog/sql/*.sql | sort -u >read
sql "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v')
       AND has_table_privilege('app', c.oid, 'SELECT')
       AND 'pg_catalog.' || c.relname = ANY (string_to_array('$(paste -sd, read)', ','))" >catalogs
[ "$(wc -l <catalogs)" -gt 30 ] || fail "found $(wc -l <catalogs) catalogs"
while read -r name; do
    sql "REVOKE SELECT ON pg_catalog.$name FROM PUBLIC"
    if "$ZDM" check --db "$ZDM_DATABASE_URL" c.sql >"$out" 2>"$err"; then
        case $name in
        pg_stat_* | pg_locks | pg_prepared_xacts | pg_replication_slots | pg_subscription) ;;
        *) grep -q "$name" "$ZDM_SOURCE"/engine/catalog/sql/{trace_*,copy_*,history_*,live_*,describe}.sql || fail "nobody missed $name" ;;
        esac
    else
        tr -s ' \n' ' ' <"$err" >flat
        check_has flat "cannot read the catalog of app@"
        check_has flat "GRANT SELECT ON pg_catalog.$name TO PUBLIC"
        check_has flat 'zdm check --offline does not connect'
    fi
    sql "GRANT SELECT ON pg_catalog.$name TO PUBLIC"
done <catalogs

export ZDM_DATABASE_URL="host=$PGHOST port=$PGPORT user=$PGUSER dbname='$PGDATABASE'"

# --- whose lock keeps the catalog from being read is said before it is waited for.
sql 'CREATE TABLE checked (id int CHECK (id > 0)); CREATE TABLE stands (id int)'
cat >stands.lua <<'EOF'
return plan "stands" { api = 1, expand { sql "add" [[ALTER TABLE stands ADD COLUMN a int]] } }
EOF
hold_lock 'LOCK TABLE checked'
"$ZDM" run stands.lua --format json >stands 2>&1 &
runner=$!
wait_for_line stands '"event":"lock-wait"'
check_has stands 'is waited for up to 5 s: public.checked is locked by pid '
check_has stands 'was not compared with what the last run left: canceling statement due to lock timeout: public.checked is locked by pid '
release_lock
wait "$runner"
hold_lock 'LOCK TABLE checked'
"$ZDM" check --db "$ZDM_DATABASE_URL" c.sql >check.out 2>check.err &
runner=$!
wait_for_line check.err 'waiting for up to 5 s to read the catalog: public.checked is locked by pid '
release_lock
wait "$runner"

# Nobody waits for it without end: not a recipe that looks at its table, nor zdm verify; both say for whom.
cat >recipe.lua <<'EOF'
return plan "recipe" { api = 1, recipe.rename_column { table = "checked", from = "id", to = "key" } }
EOF
hold_lock 'LOCK TABLE checked'
"$ZDM" plan --db "$ZDM_DATABASE_URL" recipe.lua >plan.out 2>plan.err &
planner=$!
check_exit 1 "$ZDM" verify
wait "$planner" && fail "planned without the catalog: $(cat plan.out)"
for told in "$err" plan.err; do
    tr -s ' \n' ' ' <"$told" >flat
    check_has flat 'canceling statement due to lock timeout'
    check_has flat 'public.checked is locked by pid '
done
release_lock

# --- a hazard that only the catalog shows: what zdm plan --db refuses is not run, unless it is allowed
sql "CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE amounts (id int); INSERT INTO amounts VALUES (1)"
cat >domain.lua <<'LUA'
return plan "domain" {
    api = 1,
    expand {
        sql "first" "ALTER TABLE amounts ADD COLUMN a int",
        sql "rewrites" "ALTER TABLE amounts ADD COLUMN b positive",
    },
}
LUA
check_exit 4 "$ZDM" plan domain.lua
check_exit 4 "$ZDM" run domain.lua
check_has "$err" 'domain.lua:5:'
check_has "$err" 'rule rewrite-domain-column'
check_eq "the step before is done" 1 "$(sql "SELECT count(*) FROM zdm.journal WHERE plan = 'domain' AND state = 'done'")"
sed -i 's/positive",/positive" { allow = { "rewrite-domain-column" }, because = "it is small" },/' domain.lua
check_exit 0 "$ZDM" run domain.lua
