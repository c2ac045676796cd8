# Writers insert, change, move and delete rows all the while, and VACUUM FULL and another rewrite come
# in the middle: each row that was there is counted once, no write of theirs is lost, and the synced
# column is right in every row.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

sql "CREATE TABLE t (id int PRIMARY KEY, grp int NOT NULL, a int NOT NULL DEFAULT 0, old int, new int,
                     n int NOT NULL DEFAULT 0, UNIQUE (grp, id));
     INSERT INTO t (id, grp, old) SELECT 10 * i, i % 50, i FROM generate_series(1, 20000) AS i;
     ANALYZE t;
     CREATE TABLE written (writer int PRIMARY KEY, updates int NOT NULL, inserts int NOT NULL,
                           deletes int NOT NULL, deleted_a int NOT NULL);
     CREATE TABLE stop ()"

# Transactions of one to three writes, in no order, each counted in the same transaction; until somebody
# puts a row into stop. A deadlock among themselves is theirs.
cat >writer.sql <<'EOF'
DO $$
DECLARE
    me CONSTANT int := pg_backend_pid();
    one int;
    gone int;
    tries int;
BEGIN
    INSERT INTO written VALUES (me, 0, 0, 0, 0);
    COMMIT;
    WHILE NOT EXISTS (SELECT FROM stop) LOOP
        BEGIN
            FOR i IN 1 .. 1 + floor(random() * 3)::int LOOP
                one := 1 + floor(random() * 200100)::int;
                IF random() < 0.15 THEN
                    -- Between the old rows, and behind their end.
                    INSERT INTO t (id, grp, old) SELECT one, one % 50, one WHERE one % 10 <> 0
                    ON CONFLICT DO NOTHING;
                    GET DIAGNOSTICS tries = ROW_COUNT;
                    UPDATE written SET inserts = inserts + tries WHERE writer = me;
                ELSIF random() < 0.1 THEN
                    DELETE FROM t WHERE id = one / 10 * 10 RETURNING a INTO gone;
                    IF FOUND THEN
                        UPDATE written SET deletes = deletes + 1, deleted_a = deleted_a + gone
                        WHERE writer = me;
                    END IF;
                ELSE
                    UPDATE t SET a = a + 1, old = old + 1 WHERE id = one / 10 * 10;
                    GET DIAGNOSTICS tries = ROW_COUNT;
                    UPDATE written SET updates = updates + tries WHERE writer = me;
                END IF;
            END LOOP;
        EXCEPTION WHEN deadlock_detected THEN NULL;
        END;
        COMMIT;
    END LOOP;
END $$
EOF

cat >plan.lua <<'EOF'
return plan "busy" {
  api = 1,
  expand { sync { table = "t", from = "old", to = "new", up = "old * 2" } },
  backfill "count" {
    table = "t", set = { n = "n + 1" }, batch_min = 50, batch_max = 50, workers = 3, pause = "5ms",
    throttle = { blocked = false, commit = false, load = false, dead = false },
  },
  backfill "count by group" {
    table = "t", set = { n = "n + 1" }, key = { "grp", "id" }, batch_min = 50, batch_max = 50,
    pause = "1ms", throttle = { blocked = false, commit = false, load = false, dead = false },
  },
  backfill "copy" { table = "t", set = { new = "old * 2" }, where = "new IS DISTINCT FROM old * 2" },
  gate "same" { sql "all" [[SELECT count(*) = 0 FROM t WHERE new IS DISTINCT FROM old * 2]] },
}
EOF

writers=()
for i in 1 2 3; do
    psql -Xq -v ON_ERROR_STOP=1 -f writer.sql >"writer.$i" 2>&1 &
    writers+=($!)
done
wait_until "SELECT count(*) FROM written WHERE updates > 0" 3

"$ZDM" run plan.lua >run.out 2>run.err &
runner=$!

# until_batch STEP N
until_batch() {
    wait_until "SELECT to_regclass('zdm.cursor') IS NOT NULL" t
    wait_until "SELECT COALESCE(sum(batches), 0) >= $2 FROM zdm.cursor WHERE step = '$1'" t
}
until_batch count 50
sql "VACUUM FULL t"
until_batch count 150
sql "ALTER TABLE t ALTER a TYPE bigint"
until_batch "count by group" 50
sql "CLUSTER t USING t_grp_id_key"
code=0
wait "$runner" || code=$?
sql "INSERT INTO stop DEFAULT VALUES"
wait "${writers[@]}" || fail "$(cat writer.*)"
[ "$code" -eq 0 ] || fail "exit code $code"$'\n'"$(cat run.out run.err)"

# Rows that came meanwhile are counted as often as a walk came by behind them.
check_eq "each row that was there, once a backfill" "2|2" \
    "$(sql 'SELECT min(n), max(n) FROM t WHERE id % 10 = 0')"
check_eq "no row more often" t "$(sql 'SELECT max(n) <= 2 FROM t')"
check_eq "no row too many, none lost" t \
    "$(sql 'SELECT (SELECT count(*) FROM t) = 20000 + (SELECT sum(inserts) - sum(deletes) FROM written)')"
check_eq "no write lost" t \
    "$(sql 'SELECT (SELECT sum(a) FROM t) = (SELECT sum(updates) - sum(deleted_a) FROM written)')"
check_eq "the synced column, in every row" 0 \
    "$(sql 'SELECT count(*) FROM t WHERE new IS DISTINCT FROM old * 2')"
