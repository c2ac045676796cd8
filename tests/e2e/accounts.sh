# A writer keeps accounts: in the same transaction it notes in a table of its own what a row must be. Old code writes, then
# old and new, then new, while recipes change the table under them, are killed, taken back and begun again.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db

sql "CREATE TYPE mood AS ENUM ('sad', 'ok', 'gone', 'fine');
     CREATE TABLE t (id int PRIMARY KEY, zip text, city text, mood mood DEFAULT 'ok', n int NOT NULL, maybe int, old boolean NOT NULL DEFAULT false);
     CREATE TABLE kid (id int REFERENCES t ON UPDATE CASCADE ON DELETE CASCADE);
     CREATE FUNCTION kids() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN INSERT INTO kid SELECT id FROM fresh; RETURN NULL; END\$\$;
     CREATE TRIGGER kids AFTER INSERT ON t REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION kids();
     CREATE TABLE account (id int PRIMARY KEY, zip text, city text, mood text, n int);
     INSERT INTO t SELECT i, i % 9, 'c' || i % 7, 'fine', i, nullif(i % 2, 0), i % 5 = 0 FROM generate_series(1, 1000) AS i;
     INSERT INTO account SELECT id, zip, city, mood, n FROM t;
     CREATE SEQUENCE ids START 1001;
     CREATE TABLE side (old boolean, new boolean, stop boolean); INSERT INTO side VALUES (true, false, false); ANALYZE"

# Who turns sides waits until the transaction of the old one is over.
cat >writer.sql <<'EOF_SQL'
DO $$
DECLARE
    s side; a account; other int; z text; c text; p text; found_it boolean;
BEGIN
    LOOP
        PERFORM pg_advisory_xact_lock_shared(1);
        SELECT * INTO s FROM side;
        EXIT WHEN s.stop;
        FOR i IN 1 .. 3 LOOP
            SELECT * INTO a FROM account WHERE id >= (SELECT random() * max(id) FROM account) ORDER BY id LIMIT 1;
            CONTINUE WHEN NOT FOUND;
            z := (ARRAY['1', '', NULL, 'ü'])[1 + floor(random() * 4)];
            c := (ARRAY['x', '', NULL, 'it''s'])[1 + floor(random() * 4)];
            p := z || '|' || c;
            other := nextval('ids');
            BEGIN
                CASE floor(random() * 6)
                WHEN 0 THEN -- both at once: what is there, and what is not
                    IF random() < 0.5 AND s.old OR NOT s.new THEN
                        INSERT INTO t (id, zip, city, n, maybe) VALUES (other, z, c, 1, 1), (other + 2000000, c, z, 1, 1);
                    ELSE
                        INSERT INTO t (id, place, n, maybe) VALUES (other, p, 1, 1), (other + 2000000, c || '|' || z, 1, 1);
                        IF p IS NULL THEN z := NULL; c := NULL; END IF;
                    END IF;
                    INSERT INTO account VALUES (other, z, c, 'ok', 1), (other + 2000000, c, z, 'ok', 1);
                WHEN 1 THEN
                    DELETE FROM t WHERE id = a.id;
                    found_it := FOUND;
                    IF found_it AND random() < 0.5 THEN -- and there again
                        INSERT INTO t (id, n, mood, maybe) VALUES (a.id, 7, NULL, 1);
                        UPDATE account SET zip = NULL, city = NULL, mood = NULL, n = 7 WHERE id = a.id;
                    ELSIF found_it THEN
                        DELETE FROM account WHERE id = a.id;
                    END IF;
                WHEN 2 THEN
                    UPDATE t SET id = other, n = n + 1 WHERE id = a.id;
                    IF FOUND THEN
                        UPDATE account SET id = other, n = n + 1 WHERE id = a.id;
                    END IF;
                WHEN 3 THEN
                    UPDATE t SET mood = CASE WHEN c IS NULL THEN 'ok' ELSE 'fine' END::mood, n = n + 1, old = old OR NOT s.new AND random() < 0.2
                     WHERE id = a.id;
                    IF FOUND THEN
                        UPDATE account SET mood = CASE WHEN c IS NULL THEN 'ok' ELSE 'fine' END, n = n + 1 WHERE id = a.id;
                    END IF;
                ELSE
                    IF random() < 0.5 AND s.old OR NOT s.new THEN
                        UPDATE t SET zip = z, city = c WHERE id = a.id;
                        IF FOUND THEN UPDATE account SET zip = z, city = c WHERE id = a.id; END IF;
                    ELSE
                        UPDATE t SET place = p WHERE id = a.id;
                        IF FOUND AND p IS DISTINCT FROM a.zip || '|' || a.city THEN
                            UPDATE account SET zip = split_part(p, '|', 1), city = split_part(p, '|', 2) WHERE id = a.id;
                        END IF;
                    END IF;
                END CASE;
                IF random() < 0.2 THEN RAISE EXCEPTION USING ERRCODE = 'P0042'; END IF;
            EXCEPTION WHEN SQLSTATE 'P0042' OR deadlock_detected THEN NULL; -- a savepoint that is rolled back
            END;
        END LOOP;
        COMMIT;
    END LOOP;
END $$
EOF_SQL
sides() { sql "BEGIN" "-cSELECT pg_advisory_xact_lock(1)" "-cUPDATE side SET old = $1, new = $2, stop = $3" -cCOMMIT >/dev/null; }
trap 'sides true false true; wait' EXIT
psql -Xq -v ON_ERROR_STOP=1 -f writer.sql 2>app.err || echo "exit $?" >>app.err &
# agree NAME FROM CONDITION...: each row is what its account says.
agree() {
    check_eq "$1: errors of the application" "" "$(cat app.err)"
    check_eq "$1" "" "$(sql "SELECT to_jsonb(r), to_jsonb(a) FROM $2 AS r FULL JOIN account AS a USING (id)
        WHERE r.id IS NULL OR a.id IS NULL OR (r.mood::text, r.n) IS DISTINCT FROM (a.mood, a.n)
              ${3:+OR ($3) IS DISTINCT FROM ($4)} LIMIT 3")"
}
old=(r.zip,r.city a.zip,a.city) new=(r.place "a.zip || '|' || a.city")

cat >plan.lua <<'LUA'
return plan "accounts" {
    api = 1,
    recipe.add_required_column { table = "t", column = "at", type = "timestamptz", default = "clock_timestamp()" },
    recipe.set_not_null { table = "t", column = "maybe", fill = "0" },
    recipe.add_generated { table = "t", column = "twice", type = "text", expression = "n * 2 || coalesce(mood::text, '')" },
    recipe.replace_primary_key { table = "t", columns = { "n", "id" }, keep = true },
    recipe.merge_columns {
        table = "t",
        from = { zip = "split_part(place, '|', 1)", city = "split_part(place, '|', 2)" },
        into = "place",
        join = "zip || '|' || city",
        retain = "1h",
    },
}
LUA
cat >rows.lua <<'LUA'
return plan "rows" {
    api = 1,
    recipe.enum_replace { type = "mood", values = { "fine", "bad", "ok", "gone" }, map = { sad = "bad" } },
    recipe.backup_rows { table = "t", where = "old", into = "saved", delete = true },
}
LUA
for point in batch.after:1 journal.after:2 commit.after:3; do
    check_exit 137 env ZDM_FAILPOINT=$point "$ZDM" run plan.lua
done
check_exit 3 "$ZDM" run plan.lua
agree "at the gate" t "${old[@]}"
agree "at the gate, as new code sees it" t "${new[@]}"
sides true true false
agree "both" t "${old[@]}"
agree "both, as new code sees it" t "${new[@]}"
sides true false false
check_exit 137 env ZDM_FAILPOINT=commit.after:4 "$ZDM" rollback plan.lua --accept-data-loss
check_exit 0 "$ZDM" rollback plan.lua --accept-data-loss
agree "taken back" t "${old[@]}"
check_exit 3 "$ZDM" run plan.lua
sides false true false
approve_asked
check_exit 3 "$ZDM" run plan.lua # the old columns are aside
agree "new code" t "${new[@]}"
check_exit 0 "$ZDM" rollback plan.lua --to "nobody uses city, zip of t"
agree "back at the gate" t "${old[@]}"
sides true true false
agree "both again" t "${old[@]}"
sides false true false
sed -i s/1h/1ms/ plan.lua
run_whole plan.lua
agree "done" t "${new[@]}"
check_eq "what triggers, defaults and keys made of them" "0|0" "$(sql "SELECT count(*),
    (SELECT abs((SELECT count(*) FROM t) - count(DISTINCT kid.id)) FROM kid JOIN t USING (id)) FROM t
     WHERE at IS NULL OR maybe IS NULL OR twice IS DISTINCT FROM n * 2 || coalesce(mood::text, '')")"

# An enum takes the place of another, and is taken back; then rows go, each as it was when it went.
sql "LOCK TABLE t; DROP TABLE kid CASCADE; DROP TRIGGER kids ON t; ALTER TABLE t DROP COLUMN twice;
     DROP TRIGGER zzzz_t_twice_generated ON t"
check_exit 137 env ZDM_FAILPOINT=batch.after:1 "$ZDM" run rows.lua
check_exit 3 "$ZDM" run rows.lua
approve_asked
check_exit 3 "$ZDM" run rows.lua
agree "another enum" t "${new[@]}"
check_exit 137 env ZDM_FAILPOINT=commit.after:2 "$ZDM" rollback rows.lua
check_exit 0 "$ZDM" rollback rows.lua
agree "the first one" t "${new[@]}"
run_whole rows.lua
saved="(SELECT id, mood, n, place FROM t UNION ALL SELECT id, mood, n, place FROM saved)"
agree "rows that went" "$saved" "${new[@]}"
check_eq "all of them" "t|0" "$(sql 'SELECT (SELECT count(*) > 100 FROM saved), count(*) FROM t WHERE old')"
