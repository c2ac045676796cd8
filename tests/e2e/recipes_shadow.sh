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
picture() { schema_picture | grep -v -e zdm -e ' NOT NULL [^ ]*$'; }
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
