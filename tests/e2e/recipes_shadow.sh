# A table in the place of another: whatever is written, before, while and after they change names, is in both.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'CREATE SCHEMA "My Shop"; CREATE ROLE "Mrs Owner"; GRANT ALL ON SCHEMA "My Shop" TO "Mrs Owner";
     CREATE DOMAIN label AS text COLLATE "C";
     CREATE TABLE "My Shop"."All Things" (k label, "N" int, body json, len int GENERATED ALWAYS AS (length(k::text)) STORED,
         s serial, boss label, boss_n int, PRIMARY KEY (k, "N"), UNIQUE (s, "N"), CHECK ("N" >= 0),
         FOREIGN KEY (boss, boss_n) REFERENCES "My Shop"."All Things" ON DELETE SET NULL)
       WITH (fillfactor = 70, toast.autovacuum_enabled = false);
     ALTER TABLE "My Shop"."All Things" OWNER TO "Mrs Owner";
     GRANT SELECT, INSERT ON "My Shop"."All Things" TO PUBLIC;
     COMMENT ON TABLE "My Shop"."All Things" IS $$it'"''"'s all$$;
     CREATE TABLE parts (k label, n int, FOREIGN KEY (k, n) REFERENCES "My Shop"."All Things" ON UPDATE CASCADE ON DELETE CASCADE);
     INSERT INTO "My Shop"."All Things" (k, "N", body) SELECT $$Thing $$ || g, g % 9, $${}$$ FROM generate_series(1, 3000) AS g;
     INSERT INTO parts SELECT k, "N" FROM "My Shop"."All Things" WHERE s % 3 = 0'
cat >things.lua <<'LUA'
return plan "things" { api = 1, recipe.copy_table { table = '"My Shop"."All Things"',
    order = { "boss_n", '"N"', "s", "len", "k", "body", "boss" } } }
LUA
picture() { schema_picture | grep -v zdm; }
trap 'rm -f go; wait' EXIT
things() {
    while [ -e go ] && [ ! -s app.err ]; do cat <<'SQL'
SET search_path = "My Shop", public;
INSERT INTO "All Things" (k, "N", body) VALUES ('new ' || random(), 1, '[1]') RETURNING k, s \gset
UPDATE "All Things" SET k = upper(k::text) WHERE s = :s;
UPDATE "All Things" SET "N" = "N" + 1, body = '[2]' WHERE s = (SELECT n FROM (SELECT 1 + floor(random() * 3000)::int) AS r(n));
INSERT INTO public.parts SELECT k, "N" FROM "All Things" WHERE s = :s;
BEGIN;
UPDATE "All Things" SET boss = 'Thing 5', boss_n = 5 WHERE s = :s AND EXISTS (SELECT FROM "All Things" WHERE k = 'Thing 5' AND "N" = 5);
DELETE FROM "All Things" WHERE s = :s - 3;
ROLLBACK;
DELETE FROM "All Things" WHERE s = :s - 3;
INSERT INTO "All Things" (k, "N", boss, boss_n) VALUES ('hand ' || :s, 1, 'head ' || :s, 1), ('head ' || :s, 1, NULL, NULL);
DELETE FROM "All Things" WHERE k IN ('head ' || :s, 'hand ' || :s);
SQL
    done | psql -Xq -v ON_ERROR_STOP=1 >app.out 2>app.err || echo "exit $?" >>app.err
}
picture >before
touch go
things &
for point in batch.after commit.after; do
    code=0
    ZDM_FAILPOINT=$point:3 "$ZDM" run things.lua >"$out" 2>"$err" || code=$?
    check_eq "killed at $point" 137 "$code"
done
check_exit 3 "$ZDM" run things.lua
same="SELECT count(*) FROM \"My Shop\".\"All Things\" AS a FULL JOIN \"My Shop\".\"All Things_zdm_old\" AS b USING (k, \"N\")
      WHERE ROW(a.k, a.body, a.len, a.s, a.boss, a.boss_n)::text IS DISTINCT FROM ROW(b.k, b.body, b.len, b.s, b.boss, b.boss_n)::text"
check_eq "what is written since is in both" 0 "$(sql "$same")"
check_exit 0 "$ZDM" rollback things.lua --to 'All Things and All Things_zdm_new have the same rows'
check_eq "and when the way back is taken" 0 "$(sql "${same//zdm_old/zdm_new}")"
check_exit 3 "$ZDM" run things.lua
rm go
wait
check_eq "errors of the application" "" "$(cat app.err)"
check_eq "all was written to both" 0 "$(sql "$same")"
check_exit 0 "$ZDM" approve things.lua 'All Things_zdm_old can go' --note "tested"
check_exit 0 "$ZDM" run things.lua
picture | diff before - >change || true
check_golden recipes/things change
sql 'SET ROLE "Mrs Owner"; ALTER TABLE "My Shop"."All Things" RENAME TO things' # it still is its owner's

# A key of the table to itself holds at the end of a statement: of one that takes parents before their children, too.
fresh_db tree
export ZDM_LEDGER=$PWD/tree.db
sql "CREATE TABLE tree (id int PRIMARY KEY, parent int CONSTRAINT up REFERENCES tree ON UPDATE CASCADE);
     COMMENT ON CONSTRAINT up ON tree IS 'to the root'; INSERT INTO tree SELECT g, nullif(g - 1, 0) FROM generate_series(1, 20) AS g"
cat >tree.lua <<'LUA'
return plan "tree" { api = 1, recipe.copy_table { table = "tree" } }
LUA
grow() { # grow OTHER: at once what cannot be done one by one
    sql "INSERT INTO tree VALUES (102, 101), (101, NULL)" "-cUPDATE tree SET id = id + 1000 WHERE id > 2" \
        "-cDELETE FROM tree WHERE id > 1100" "-cUPDATE tree SET id = id - 1000 WHERE id > 1000"
    check_eq "$1 has the rows of tree" 0 "$(sql "SELECT count(*) FROM (TABLE tree EXCEPT TABLE $1) AS a")"
    check_eq "$1 has no other rows" 0 "$(sql "SELECT count(*) FROM (TABLE $1 EXCEPT TABLE tree) AS a")"
}
proven() {
    check_eq "its key to itself" "t|to the root" "$(sql "SELECT convalidated, obj_description(oid) FROM pg_constraint
        WHERE conrelid = 'tree'::regclass AND confrelid = conrelid AND conname = 'up'")"
}
check_exit 0 "$ZDM" run tree.lua --until 'tree and tree_zdm_new have the same rows'
grow tree_zdm_new
check_exit 3 "$ZDM" run tree.lua
proven
grow tree_zdm_old
check_exit 0 "$ZDM" rollback tree.lua --to 'tree and tree_zdm_new have the same rows'
proven
grow tree_zdm_new
check_exit 3 "$ZDM" run tree.lua
check_exit 0 "$ZDM" approve tree.lua 'tree_zdm_old can go' --note "tested"
check_exit 0 "$ZDM" run tree.lua
proven

# Statements that change many keys, beside triggers that write to rows of the same statement before it is over: the other
# table is what this one is, row by row, and the application sees no error of it.
fresh_db moves
export ZDM_LEDGER=$PWD/moves.db
sql "CREATE TABLE moves (id int PRIMARY KEY, n int DEFAULT 0, near int DEFAULT 0);
     CREATE TABLE follows (id int REFERENCES moves ON UPDATE CASCADE ON DELETE CASCADE);
     CREATE TABLE later (what text);
     INSERT INTO moves SELECT g, g FROM generate_series(20, 1, -1) AS g; INSERT INTO follows SELECT id FROM moves WHERE id % 2 = 0;
     CREATE FUNCTION near() RETURNS trigger LANGUAGE plpgsql AS \$\$ DECLARE w text; BEGIN
         IF pg_trigger_depth() = 1 THEN
             UPDATE moves SET near = near + 1 WHERE id BETWEEN NEW.id - 1 AND NEW.id + 1;
             DELETE FROM later RETURNING what INTO w;
             IF w IS NOT NULL THEN EXECUTE w; END IF;
         END IF; RETURN NULL; END \$\$;
     CREATE TRIGGER near AFTER INSERT OR UPDATE ON moves FOR EACH ROW EXECUTE FUNCTION near()"
cat >moves.lua <<'LUA'
return plan "moves" { api = 1, recipe.copy_table { table = "moves" } }
LUA
move() { # move STATEMENT [WHAT]: WHAT is done by the trigger of its first row
    check_eq "$other after $1 ${2:-}" 0 "$(sql "INSERT INTO later SELECT '${2:-}' WHERE '${2:-}' <> ''" "-c$1" "-cSELECT count(*)
        FROM moves FULL JOIN $other AS o USING (id) WHERE ROW(moves.n, moves.near) IS DISTINCT FROM ROW(o.n, o.near)")"
}
moves() { # moves OTHER: each ends with the keys 1 to 20
    local other=$1
    sql "TRUNCATE follows; INSERT INTO follows SELECT id FROM moves WHERE id > 8"
    move "UPDATE moves SET id = id + 100"
    move "UPDATE moves SET id = id - 100, n = n + 1"
    check_eq "rows that follow" 12 "$(sql "SELECT count(*) FROM follows JOIN moves USING (id)")"
    move "UPDATE moves SET id = id + 100 WHERE id IN (3, 7, 8)" "UPDATE moves SET id = 7 WHERE id = 5"
    move "UPDATE moves SET id = id - 100 WHERE id > 100 AND id <> 107" "DELETE FROM moves WHERE id IN (7, 8)"
    move "UPDATE moves SET id = id + 1 WHERE id IN (107, 4)" "UPDATE moves SET id = 7 WHERE id = 108"
    move "INSERT INTO moves VALUES (4), (8), (21), (22)"
    move "INSERT INTO moves VALUES (4, 40), (23, 5) ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n"
    move "UPDATE moves SET id = id + 20 WHERE id = 4"
    move "INSERT INTO moves VALUES (5), (4) ON CONFLICT DO NOTHING"
    move "WITH d AS (DELETE FROM moves WHERE id IN (1, 2) RETURNING *) INSERT INTO moves SELECT id + 30, n FROM d"
    [ "$(sql 'SHOW server_version_num')" -lt 150000 ] ||
        move "MERGE INTO moves USING generate_series(1, 25) AS g(g) ON id = g WHEN MATCHED AND g % 5 = 0 THEN DELETE
              WHEN MATCHED AND g > 20 THEN UPDATE SET id = id + 40 WHEN NOT MATCHED THEN INSERT VALUES (g, 7)"
    move "SET CONSTRAINTS ALL DEFERRED; DELETE FROM moves WHERE id NOT BETWEEN 1 AND 20"
    move "INSERT INTO moves SELECT g FROM generate_series(1, 20) AS g ON CONFLICT DO NOTHING"
    printf '50\n51\n52\n' | sql "COPY moves (id) FROM STDIN"
    move "DELETE FROM moves WHERE id = 51"
    move "DELETE FROM moves WHERE id >= 50"
    move "SET session_replication_role = replica; UPDATE moves SET n = n + 1 WHERE id > 15; DELETE FROM moves WHERE id = 20;
          INSERT INTO moves VALUES (20, 6)" # as logical replication does it
    check_eq "keys" "20 210" "$(sql "SELECT count(*), sum(id) FROM moves" | tr '|' ' ')"
    check_eq "what refers to them" 0 "$(sql "SELECT count(*) FROM follows WHERE id NOT BETWEEN 1 AND 20")"
}
check_exit 0 "$ZDM" run moves.lua --until 'moves and moves_zdm_new have the same rows'
moves moves_zdm_new
check_exit 3 "$ZDM" run moves.lua
moves moves_zdm_old
sql "TRUNCATE moves, follows"
check_eq "truncated" 0 "$(sql "SELECT count(*) FROM moves_zdm_old")"
check_exit 0 "$ZDM" rollback moves.lua
# Keys that move on beside another unique index; and beside a trigger that fires before foreign keys are followed, behind
# which nothing may be deleted that rows still refer to. Functions that write rows of the statement that calls them.
sql "CREATE TABLE queue (list int, pos int, item int UNIQUE, PRIMARY KEY (list, pos));
     CREATE TABLE \"Audited\" (id float8 PRIMARY KEY, n int);
     CREATE TABLE audited_by (id float8 REFERENCES \"Audited\" ON UPDATE CASCADE ON DELETE CASCADE);
     CREATE TABLE asked (id int PRIMARY KEY, n int, item int UNIQUE); INSERT INTO asked SELECT g, 0, g FROM generate_series(1, 9) AS g;
     CREATE FUNCTION also(what text, variadic keys int[]) RETURNS int LANGUAGE plpgsql AS \$\$BEGIN
         EXECUTE format(what, variadic keys); RETURN 7; END\$\$;
     INSERT INTO queue SELECT 1, g, g FROM generate_series(9, 1, -1) AS g; INSERT INTO \"Audited\" SELECT pos, pos FROM queue;
     INSERT INTO audited_by SELECT id FROM \"Audited\";
     CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
     CREATE TRIGGER touch BEFORE UPDATE ON queue FOR EACH ROW EXECUTE FUNCTION same();
     CREATE TRIGGER \"Audit\" AFTER UPDATE ON \"Audited\" FOR EACH ROW EXECUTE FUNCTION same()"
echo "return plan 'queue' { api = 1, recipe.copy_table { table = 'queue' } }" >queue.lua
echo "return plan 'asked' { api = 1, recipe.copy_table { table = 'asked' } }" >asked.lua
echo "return plan 'Audited' { api = 1, recipe.copy_table { table = '\"Audited\"' } }" >Audited.lua
move_on() { # move_on SUFFIX
    sql "UPDATE queue SET pos = pos + 1" "-cUPDATE \"Audited\" SET id = id + 1" "-cSET extra_float_digits = -9" \
        "-cUPDATE \"Audited\" SET id = id + 1e-9" # a key that changes behind what the session writes of it
    local deed
    for deed in "UPDATE asked SET n = also('UPDATE asked SET n = n + 100 WHERE id = %s', id - 1)" \
        "UPDATE asked SET id = id + 100, n = also('UPDATE asked SET item = -item WHERE id = %s', id + 99)" \
        "UPDATE asked SET id = id - 100, n = also('UPDATE asked SET id = %s WHERE id = %s', id + 99, id - 101) WHERE id > 106" \
        "UPDATE asked SET item = item + 50, n = also('DELETE FROM asked WHERE id = %s', id - 1) WHERE id IN (101, 102)" \
        "INSERT INTO asked SELECT g, also('UPDATE asked SET item = item + 10 WHERE id = %s', g - 1), g FROM generate_series(1, 4) AS g" \
        "DELETE FROM asked WHERE id = 4 AND also('UPDATE asked SET n = n + 1 WHERE id < %s', 4) = 7" \
        "DELETE FROM asked WHERE id > 9 OR id = 4" \
        "INSERT INTO asked SELECT g, 0, g FROM generate_series(1, 9) AS g ON CONFLICT (id) DO UPDATE SET item = EXCLUDED.item"; do
        check_eq "asked$1 after $deed" 0 "$(sql "$deed" "-cSELECT count(*)
            FROM asked AS a FULL JOIN asked$1 AS b USING (id) WHERE ROW(a.n, a.item) IS DISTINCT FROM ROW(b.n, b.item)")"
    done
    check_eq "queue$1" 0 "$(sql "SELECT count(*) FROM (TABLE queue EXCEPT TABLE queue$1) AS a")"
    check_eq "Audited$1" 0 "$(sql "SELECT count(*) FROM (TABLE \"Audited\" EXCEPT TABLE \"Audited$1\") AS a")"
    check_eq "what refers to them" 9 "$(sql "SELECT count(*) FROM audited_by JOIN \"Audited\" USING (id)")"
}
for name in queue asked Audited; do
    check_exit 0 "$ZDM" run $name.lua --until "$name and ${name}_zdm_new have the same rows"
done
move_on _zdm_new
# Triggers that were off for a while: rows may differ that were the same when they were compared.
sql "ALTER TABLE queue DISABLE TRIGGER ALL; ALTER TABLE queue ENABLE TRIGGER ALL"
check_exit 1 "$ZDM" run queue.lua
check_has "$err" "do not fire always: rows may differ by now"
psql -XAtq -v ON_ERROR_STOP=1 <<<"SELECT format('ALTER TABLE queue ENABLE ALWAYS TRIGGER %I', tgname) FROM pg_trigger
    WHERE tgrelid = 'queue'::regclass AND tgname LIKE '%zdm_mirror%' \\gexec"
for name in queue asked Audited; do check_exit 3 "$ZDM" run $name.lua; done
move_on _zdm_old
for name in queue asked Audited; do check_exit 0 "$ZDM" rollback $name.lua; done
# Rows that refer to a key which is gone for the moment stay: of an identity that is written anew, of a row that another
# trigger deletes when its key has just changed, or that does so before foreign keys are followed. And rows that are
# mirrored before their turn find others with what is unique. And a key that is only spelt anew is the same key, to which
# rows refer.
sql "CREATE TABLE fresh (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int);
     CREATE TABLE of_fresh (id int REFERENCES fresh ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
     CREATE TABLE gone (id int PRIMARY KEY, n int);
     CREATE TABLE of_gone (id int REFERENCES gone ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
     CREATE TABLE early (id int PRIMARY KEY, n int); CREATE TABLE of_early (id int REFERENCES early ON DELETE CASCADE ON UPDATE SET NULL);
     CREATE TABLE twice (id int PRIMARY KEY, item int UNIQUE, near int DEFAULT 0);
     INSERT INTO fresh (n) SELECT generate_series(1, 9); INSERT INTO gone SELECT g, g FROM generate_series(9, 1, -1) AS g;
     INSERT INTO early TABLE gone;
     INSERT INTO of_fresh SELECT id FROM fresh; INSERT INTO of_gone SELECT id FROM gone; INSERT INTO of_early SELECT id FROM early;
     CREATE COLLATION cased (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
     CREATE TABLE spelt (id numeric PRIMARY KEY, n int UNIQUE); CREATE TABLE of_spelt (id numeric REFERENCES spelt ON DELETE CASCADE);
     CREATE TABLE cased (id text COLLATE cased PRIMARY KEY, n int);
     INSERT INTO spelt SELECT g, g FROM generate_series(1, 9) AS g; INSERT INTO of_spelt SELECT id FROM spelt;
     INSERT INTO cased SELECT 'key ' || g, g FROM generate_series(1, 9) AS g;
     CREATE TRIGGER touch BEFORE UPDATE ON spelt FOR EACH ROW EXECUTE FUNCTION same();
     CREATE FUNCTION delete_next() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN
         EXECUTE format('DELETE FROM %I WHERE id = %s', TG_RELNAME, OLD.id + 99); RETURN NULL; END\$\$;
     CREATE FUNCTION touch_near() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN IF pg_trigger_depth() = 1 THEN
         UPDATE twice SET near = near + 1 WHERE id IN (NEW.id - 2, NEW.id, NEW.id + 1); END IF; RETURN NULL; END\$\$;
     CREATE TRIGGER z AFTER UPDATE ON gone FOR EACH ROW WHEN (NEW.id > 100) EXECUTE FUNCTION delete_next();
     CREATE TRIGGER \"Audit\" AFTER UPDATE ON early FOR EACH ROW WHEN (NEW.id > 100) EXECUTE FUNCTION delete_next();
     CREATE TRIGGER z AFTER UPDATE ON twice FOR EACH ROW EXECUTE FUNCTION touch_near()"
keys() { # keys SUFFIX N
    sql "BEGIN" "-cUPDATE fresh SET id = DEFAULT WHERE id = 3" "-cINSERT INTO fresh (id) OVERRIDING SYSTEM VALUE VALUES (3)" -cCOMMIT
    sql "BEGIN" "-cUPDATE gone SET id = id + 100 WHERE id IN ($2, $2 - 1)" "-cINSERT INTO gone VALUES ($2), ($2 - 1)" -cCOMMIT
    sql "UPDATE early SET id = id + 100 WHERE id IN ($2, $2 - 1)"
    sql "TRUNCATE twice" "-cINSERT INTO twice SELECT g, g FROM generate_series(9, 1, -1) AS g" "-cUPDATE twice SET item = item + 1" \
        "-cUPDATE twice SET id = id + 100 WHERE id > 3" "-cUPDATE twice SET id = id - 100 WHERE id > 100"
    sql "UPDATE spelt SET id = round(id, 1 + scale(id)) WHERE id < 4" "-cUPDATE cased SET id = CASE WHEN id COLLATE \"C\" = lower(id) THEN upper(id)
        ELSE lower(id) END WHERE n < 4"
    check_eq "rows that refer" "9 9 9 9" "$(sql 'SELECT (SELECT count(*) FROM of_fresh), (SELECT count(*) FROM of_gone),
        (SELECT count(*) FROM of_early), (SELECT count(*) FROM of_spelt)' | tr '|' ' ')"
    for name in spelt cased; do
        check_eq "how keys of $name$1 are spelt" 0 "$(sql "SELECT count(*) FROM $name AS t FULL JOIN $name$1 AS o USING (n)
            WHERE ROW(t.id)::text IS DISTINCT FROM ROW(o.id)::text")"
    done
    for name in fresh gone early twice; do
        check_eq "$name$1" 0 "$(sql "SELECT count(*) FROM (TABLE $name EXCEPT TABLE $name$1) AS a")"
    done
    check_eq "kept for rows that refer to them" "$(($2 - 1))" "$(sql "DELETE FROM early$1 AS o WHERE NOT EXISTS (SELECT FROM early AS e WHERE
        e.id = o.id) RETURNING id")"
}
for name in fresh gone early twice spelt cased; do
    echo "return plan '$name' { api = 1, recipe.copy_table { table = '$name' } }" >$name.lua
    check_exit 0 "$ZDM" run $name.lua --until "$name and ${name}_zdm_new have the same rows"
done
keys _zdm_new 9
for name in fresh gone early twice spelt cased; do check_exit 3 "$ZDM" run $name.lua; done
keys _zdm_old 7
for name in fresh gone early twice spelt cased; do check_exit 0 "$ZDM" rollback $name.lua --accept-data-loss; done

# Rows that go from one partition to another are deleted and inserted for triggers. (Before PostgreSQL 15 for foreign keys, too.)
echo 'return plan "parted" { api = 1, recipe.partition_table { table = "moves", hash = "id", partitions = 3 } }' >parted.lua
if [ "$(sql 'SHOW server_version_num')" -ge 150000 ]; then
    sql "INSERT INTO moves SELECT g FROM generate_series(1, 20) AS g"
    sql "ALTER TABLE follows RENAME CONSTRAINT follows_id_fkey TO follow; COMMENT ON CONSTRAINT follow ON follows IS 'moves'"
    schema_picture | grep -v zdm >before
    check_exit 0 "$ZDM" run parted.lua --until 'moves and moves_zdm_new have the same rows'
    moves moves_zdm_new
    check_exit 3 "$ZDM" run parted.lua
    moves moves_zdm_old
    check_exit 0 "$ZDM" rollback parted.lua
    schema_picture | grep -v zdm | diff before - >&2 || fail "the way back ends elsewhere"
    check_eq "key to moves" 't|moves' "$(sql "SELECT convalidated, obj_description(oid) FROM pg_constraint WHERE conname = 'follow'")"
else
    check_exit 2 "$ZDM" plan parted.lua
    check_has "$err" "follows_id_fkey of public.follows"
fi

# --- what hangs on a table from outside follows, and comes back: triggers that write the row again, row security,
# publications, views on views; a role of the application sees its own rows only, at any moment and of any table
fresh_db hanging
export ZDM_LEDGER=$PWD/hanging.db
sql "CREATE ROLE web LOGIN; CREATE ROLE audit;
     CREATE TABLE accounts (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, name text, touched int DEFAULT 0,
         seen int DEFAULT 0);
     CREATE TABLE tenants (tenant text PRIMARY KEY, role name);
     CREATE TABLE log (what text);
     CREATE TABLE notes (id int REFERENCES accounts ON DELETE CASCADE, what text DEFAULT 'new');
     CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS \$\$BEGIN
         INSERT INTO notes VALUES (NEW.id); RETURN NULL; END\$\$;
     CREATE TRIGGER a_note AFTER INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION note();
     CREATE TRIGGER \"A Note\" AFTER INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION note();
     GRANT SELECT, INSERT, UPDATE, DELETE ON accounts TO web; GRANT SELECT ON tenants TO web; GRANT INSERT ON log TO web;
     ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
     CREATE POLICY own ON accounts TO web, audit USING (EXISTS (SELECT FROM tenants AS t WHERE t.tenant = accounts.tenant
         AND t.role = current_user)) WITH CHECK (tenant <> '');
     CREATE POLICY named ON accounts AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (name IS NOT NULL);
     COMMENT ON POLICY own ON accounts IS 'by tenant';
     CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN
         IF TG_OP = 'DELETE' THEN INSERT INTO log VALUES ('gone ' || OLD.id); RETURN NULL; END IF;
         UPDATE accounts SET touched = touched + 1 WHERE id IN (NEW.id, NEW.id - 1); RETURN NULL; END\$\$;
     CREATE FUNCTION lower_name() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN NEW.name := lower(NEW.name); RETURN NEW; END\$\$;
     CREATE TRIGGER a_touch AFTER INSERT OR UPDATE OF name ON accounts FOR EACH ROW WHEN (NEW.name <> 'still') EXECUTE FUNCTION touch();
     CREATE CONSTRAINT TRIGGER b_gone AFTER DELETE ON accounts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touch();
     CREATE TRIGGER c_lower BEFORE INSERT OR UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION lower_name();
     CREATE TRIGGER d_off AFTER INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION touch();
     ALTER TABLE accounts DISABLE TRIGGER d_off, ENABLE ALWAYS TRIGGER c_lower;
     COMMENT ON TRIGGER c_lower ON accounts IS 'small letters';
     INSERT INTO tenants VALUES ('t0', 'web'), ('t1', 'audit');
     INSERT INTO accounts (tenant, name) SELECT 't' || g % 2, 'Name ' || g FROM generate_series(1, 40) AS g;
     CREATE VIEW names WITH (security_barrier = true) AS SELECT id, name, upper(tenant) AS \"The Tenant\" FROM accounts;
     CREATE VIEW many AS SELECT \"The Tenant\", count(*) FROM names WHERE id IN (SELECT id FROM accounts) GROUP BY 1;
     CREATE VIEW grouped AS SELECT id, name FROM accounts GROUP BY id;
     GRANT SELECT ON names TO audit; COMMENT ON VIEW names IS 'for audit';
     CREATE PUBLICATION out FOR TABLE accounts WITH (publish_via_partition_root = true);
     CREATE PUBLICATION few FOR TABLE tenants"
[ "$(sql 'SHOW server_version_num')" -lt 150000 ] ||
    sql "ALTER PUBLICATION few ADD TABLE accounts (id, tenant) WHERE (id > 3)"
outside() { # what is said of tables from outside of them
    sql "SELECT replace(said, E'\n', ' ') FROM (
         SELECT format('policy %s of %s: %s %s %s %s %s %s', polname, polrelid::regclass, polpermissive, polcmd, polroles::regrole[],
                       pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), obj_description(oid)) AS said FROM pg_policy
         UNION ALL SELECT format('%s %s %s', oid::regclass, relrowsecurity, relforcerowsecurity) FROM pg_class WHERE relrowsecurity
         UNION ALL SELECT format('trigger %s of %s: %s %s', tgname, tgrelid::regclass, tgenabled, obj_description(oid)) FROM pg_trigger
          WHERE NOT tgisinternal
         UNION ALL SELECT (to_jsonb(t) || jsonb_build_object('attnames', (SELECT jsonb_agg(x ORDER BY x)
                              FROM jsonb_array_elements(to_jsonb(t) -> 'attnames') AS x)))::text FROM pg_publication_tables AS t
         UNION ALL SELECT format('view %s: %s %s %s %s', oid::regclass, reloptions, relacl, obj_description(oid), pg_get_viewdef(oid))
                     FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace) AS s" | grep -v zdm | sort
}
cat >accounts.lua <<'LUA'
return plan "accounts" { api = 1, recipe.copy_table { table = "accounts", order = { "touched", "seen", "id", "name", "tenant" } } }
LUA
same() { # same OTHER: the two tables
    check_eq "$1 has the rows of accounts" 0 "$(sql "SELECT count(*) FROM accounts AS a FULL JOIN $1 AS b USING (id)
        WHERE ROW(a.tenant, a.name, a.touched)::text IS DISTINCT FROM ROW(b.tenant, b.name, b.touched)::text")"
}
app() {
    psql -XAtq -v ON_ERROR_STOP=1 -U web <<'SQL'
INSERT INTO accounts (tenant, name) VALUES ('t0', 'NEW'), ('t0', 'Second') RETURNING id \g /dev/null
UPDATE accounts SET name = name || 'X' WHERE id > 30;
DELETE FROM accounts WHERE id = (SELECT min(id) FROM accounts);
SELECT count(*) > 0 AND bool_and(tenant = 't0' AND name = lower(name)) FROM accounts
SQL
}
outside >before
check_exit 0 "$ZDM" run accounts.lua --until 'copy accounts to accounts_zdm_new'
check_eq "rows of others" "t" "$(app)"
check_eq "nobody reads the new one" 0 "$(sql 'SELECT count(*) FROM accounts_zdm_new' -U web)"
same accounts_zdm_new
# What has changed since is not followed, but told.
sql "CREATE POLICY late ON accounts USING (false)" "-cALTER TABLE accounts DISABLE TRIGGER a_touch"
check_exit 3 "$ZDM" run accounts.lua
check_has "$out" "policy late, trigger a_touch"
sql "DROP POLICY late ON accounts" "-cALTER TABLE accounts ENABLE TRIGGER a_touch"
check_exit 0 "$ZDM" run accounts.lua --until 'accounts and accounts_zdm_new have the same rows'
sql "CREATE VIEW late AS SELECT id FROM accounts; ALTER TABLE accounts ADD COLUMN late int, ALTER seen SET DEFAULT 1;
     CREATE INDEX later ON accounts (seen)"
check_exit 1 "$ZDM" run accounts.lua
check_has "$err" "is not what it was when the plan began"
check_has "$err" "column late, column seen, index later, view public.late"
sql "DROP VIEW late; ALTER TABLE accounts DROP COLUMN late, ALTER seen SET DEFAULT 0; DROP INDEX later"
check_exit 3 "$ZDM" run accounts.lua
outside | diff before - >&2 || fail "something did not follow"
check_eq "rows of others, behind" "t" "$(app)"
same accounts_zdm_old
check_eq "the view reads it" "$(sql 'SELECT count(*) FROM accounts')" "$(sql 'SELECT count(*) FROM names')"
sql "CREATE POLICY late ON accounts USING (false); ALTER TABLE accounts ADD COLUMN late int"
check_exit 4 "$ZDM" rollback accounts.lua --accept-data-loss
tr -s ' \n' ' ' <"$err" >flat
check_has flat "column late, policy late"
sql "DROP POLICY late ON accounts; ALTER TABLE accounts DROP COLUMN late"
check_exit 0 "$ZDM" rollback accounts.lua --accept-data-loss
outside | diff before - >&2 || fail "something did not come back"
check_eq "rows of others, back" "t" "$(app)"
check_exit 3 "$ZDM" run accounts.lua
check_eq "rows of others, again" "t" "$(app)"
same accounts_zdm_old
check_exit 0 "$ZDM" approve accounts.lua 'accounts_zdm_old can go' --note "tested"
check_exit 0 "$ZDM" run accounts.lua
outside | diff before - >&2 || fail "something went with the old table"
check_exit 0 "$ZDM" verify accounts.lua

# The same of a partitioned one, whose triggers are those of each partition.
sql "DROP TRIGGER a_note ON accounts; DROP TRIGGER \"A Note\" ON accounts; DROP TABLE notes"
sql "ALTER TABLE accounts ENABLE TRIGGER d_off, ENABLE TRIGGER c_lower; ALTER PUBLICATION few SET (publish_via_partition_root = true)"
cat >parts.lua <<'LUA'
return plan "parts" { api = 1, recipe.partition_table { table = "accounts", hash = "id", partitions = 2 } }
LUA
outside >before
check_exit 3 "$ZDM" run parts.lua
outside | grep -v -e accounts_p | diff before - >&2 || fail "something did not follow"
check_eq "rows of others, in partitions" "t" "$(app)"
same accounts_zdm_old
check_exit 0 "$ZDM" rollback parts.lua --accept-data-loss
outside | diff before - >&2 || fail "something did not come back"
[ "$(sql 'SHOW server_version_num')" -lt 150000 ] || sql "ALTER PUBLICATION few DROP TABLE accounts"

# Of a partitioned table a trigger BEFORE INSERT may not give a row another partition than the statement did. So one is
# refused when it may set the column, as far as its source tells; and when it comes, or changes, under way.
sql "CREATE TABLE visits (id int PRIMARY KEY, at date NOT NULL, n int, \"Other Day\" date, name text, words tsvector);
     INSERT INTO visits SELECT g, date '2026-01-01' + g FROM generate_series(1, 40) AS g"
stamped() { # stamped BODY [LANGUAGE]
    sql "CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE ${2:-plpgsql} AS \$x\$$1\$x\$"
}
stamped 'BEGIN NEW.n := 1; RETURN NEW; END'
sql 'CREATE TRIGGER "Stamp" BEFORE INSERT ON visits FOR EACH ROW EXECUTE FUNCTION stamp()'
echo 'return plan "visits" { api = 1, recipe.partition_table { table = "visits", range = "at",
    every = "month", from = "2026-01-01", to = "2027-01-01" } }' >visits.lua
n=0
bodies() { # bodies BODY...: a trigger with each
    for body in "$@"; do
        n=$((n + 1))
        echo "CREATE FUNCTION f$n() RETURNS trigger LANGUAGE plpgsql AS \$x\$BEGIN $body END\$x\$;
              CREATE TRIGGER t$n BEFORE INSERT ON visits FOR EACH ROW EXECUTE FUNCTION f$n();"
    done >bodies.sql
    psql -Xq -v ON_ERROR_STOP=1 -f bodies.sql
}
bodies 'RETURN NULL;' 'IF TG_OP = $$INSERT$$ THEN NEW.n := NEW . id; NEW."Other Day" := now(); END IF; RETURN  new ;' \
    'PERFORM 1 FROM visits WHERE attr(n) = NEW.n; return null;'
sql "CREATE TRIGGER words BEFORE INSERT ON visits FOR EACH ROW
         EXECUTE FUNCTION tsvector_update_trigger('words', 'pg_catalog.english', 'name')"
check_exit 0 "$ZDM" plan visits.lua
bodies 'NEW.at := now(); RETURN NEW;' 'NEW := NEW; RETURN NEW;' 'RETURN OLD;' "NEW.n := date 'today' - NEW.AT; RETURN NEW;" \
    'SELECT 1, 2 INTO NEW; RETURN NEW;' 'NEW.U&"\0061t" := now(); RETURN NEW;' '"new"."n" := 1; RETURN NEW;' \
    'IF NEW.n > 0 THEN RETURN NEW; END IF; RETURN (NEW.id, now(), 1, NULL);'
sql "CREATE TRIGGER t12 BEFORE INSERT ON visits FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
check_exit 2 "$ZDM" plan visits.lua
tr -s ' \n' ' ' <"$err" >flat
check_has flat 'at may be set by trigger t10, t11, t12, t4, t5, t6, t7, t8, t9:'
sql "DROP TRIGGER words ON visits; $(printf 'DROP TRIGGER t%s ON visits;' {1..12})"
stamped 'BEGIN NEW.n := 1; RETURN NEW; END'
check_exit 0 "$ZDM" run visits.lua --until 'copy visits to visits_zdm_new'
sql 'CREATE TRIGGER late BEFORE INSERT ON visits FOR EACH ROW EXECUTE FUNCTION stamp()'
check_exit 3 "$ZDM" run visits.lua
check_has "$out" "trigger late"
sql 'DROP TRIGGER late ON visits'
check_exit 0 "$ZDM" run visits.lua --until 'visits and visits_zdm_new have the same rows'
stamped "BEGIN NEW.at := COALESCE(NEW.at, '2026-01-07'); RETURN NEW; END"
check_exit 1 "$ZDM" run visits.lua
check_has "$err" "functions of triggers BEFORE INSERT of public.visits have changed"
check_has "$err" "detail: Stamp"
sed -i 's/range =/same_partition = { "Stamp" }, range =/' visits.lua
check_exit 2 "$ZDM" run visits.lua
check_has "$err" 'public.visits has no trigger Stamp'
sed -i "s/\"Stamp\"/'&'/" visits.lua
check_exit 3 "$ZDM" run visits.lua
check_exit 0 "$ZDM" rollback visits.lua

# A role that does not see all rows copies none.
sql "CREATE ROLE runner LOGIN; GRANT ALL ON DATABASE hanging TO runner; GRANT ALL ON SCHEMA public TO runner;
     CREATE TABLE secrets (id int PRIMARY KEY); ALTER TABLE secrets OWNER TO runner;
     ALTER TABLE secrets ENABLE ROW LEVEL SECURITY; ALTER TABLE secrets FORCE ROW LEVEL SECURITY"
cat >secrets.lua <<'LUA'
return plan "secrets" { api = 1, recipe.copy_table { table = "secrets" } }
LUA
sql "GRANT ALL ON SCHEMA zdm TO runner; GRANT ALL ON ALL TABLES IN SCHEMA zdm TO runner; GRANT runner TO CURRENT_USER"
check_exit 1 env ZDM_DATABASE_URL="${ZDM_DATABASE_URL/user=$PGUSER/user=runner}" "$ZDM" run secrets.lua
check_has "$err" "row security hides rows of public.secrets from this role"

# What does not follow is refused, with the list.
sql "ALTER TABLE accounts DISABLE TRIGGER d_off; CREATE PUBLICATION whole FOR ALL TABLES; CREATE MATERIALIZED VIEW kept AS SELECT * FROM accounts;
     CREATE POLICY via ON tenants USING (EXISTS (SELECT FROM accounts AS a WHERE a.tenant = tenants.tenant));
     CREATE RULE quiet AS ON DELETE TO accounts DO ALSO NOTHING; ALTER PUBLICATION out SET (publish_via_partition_root = false);
     CREATE TRIGGER e_all AFTER UPDATE ON accounts REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION touch()"
cat >refused.lua <<'LUA'
return plan "refused" {
    api = 1,
    recipe.copy_table { table = "accounts" },
    recipe.partition_table { table = "accounts", hash = "tenant", partitions = 2 },
}
LUA
check_exit 2 "$ZDM" plan refused.lua
check_golden recipes/hanging_refused "$err"
