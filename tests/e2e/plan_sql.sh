# zdm plan --format sql: the script for psql leads to where zdm run leads.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
cp "$ZDM_SOURCE/plans/rename_email.lua" .

psql -XAtq -v ON_ERROR_STOP=1 <<'SQL'
CREATE SCHEMA "Odd Schema";
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(255) NOT NULL);
INSERT INTO users SELECT i * 3 - 5000, 'user' || i || E'\\\'@example.com' FROM generate_series(1, 4500) AS i;
CREATE TABLE "Odd Schema"."it's ""odd""" ("A b" text, at timestamptz, n int NOT NULL DEFAULT 0,
    PRIMARY KEY ("A b", at));
INSERT INTO "Odd Schema"."it's ""odd"""
    SELECT 'k' || i % 7, timestamptz '2026-01-01 12:00:00.123456+00' + i * interval '1 min'
      FROM generate_series(1, 2500) AS i;
CREATE TABLE old (id int PRIMARY KEY, a text, b int GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO old (id, a) SELECT i, 'x' || i FROM generate_series(1, 1500) AS i;
CREATE TABLE new (id int PRIMARY KEY, a text);
INSERT INTO new VALUES (7, 'was there');
SQL
cat >odd.lua <<'PLAN'
local odd = [["Odd Schema"."it's ""odd"""]]
return plan "odd" {
  api = 1,
  why = "one\ntwo",
  expand {
    sql "it's an \\index\\ of :name" [[CREATE INDEX CONCURRENTLY users_upper ON users (upper(email)) -- last]],
    sql "text" [[
      ALTER TABLE users ADD COLUMN note text DEFAULT ':id $sql$ $zdm$ \if \n';
      COMMENT ON TABLE users IS $x$ it's; -- :HOST $x$ -- end]],
    hook "nothing" { run = function(db, log) log:info("hook") end },
    command "also nothing" { argv = { "true", "a b" }, idempotent = true },
  },
  backfill "count" { table = odd, set = { n = "n + 1 /* $sql$ */" }, where = "n < 10 -- all" },
  backfill "copy" { table = "old", copy = { into = "new", on_conflict = "nothing" }, where = "id % 2 = 1" },
  backfill "less" { table = "old", delete = true, where = "id > 1000", vacuum = false },
  gate "look" { sql "rows" [[SELECT count(*) = 1000, count(*) AS n FROM old;]], soak "0s" },
  contract { sql "drop" [[ALTER TABLE old DROP COLUMN a]] },
}
PLAN

# picture: what the database holds, zdm's own tables aside.
picture() {
    schema_picture | grep -v 'zdm'
    for table in users '"Odd Schema"."it'\''s ""odd"""' old new; do
        sql "SELECT t FROM $table AS t ORDER BY 1" | md5sum
    done
}
# script NAME [psql option...]: runs it; answers come from stdin.
script() {
    local name=$1
    shift
    psql -X -q -v ON_ERROR_STOP=1 "$@" -f "$name.sql"
}

sql "CREATE DATABASE kept TEMPLATE postgres" -d template1
for plan in odd rename_email; do
    check_exit 0 "$ZDM" plan $plan.lua --format sql
    cp "$out" $plan.sql
    check_exit 0 "$ZDM" plan $plan.lua --format sql
    cmp $plan.sql "$out"
done

# --- zdm ------------------------------------------------------------------------------------------
fresh_db by_zdm kept
check_exit 0 "$ZDM" run odd.lua
check_exit 3 "$ZDM" run rename_email.lua
check_exit 0 "$ZDM" approve rename_email.lua "old code is gone" --note yes
check_exit 0 "$ZDM" run rename_email.lua
picture >by_zdm

# --- psql -----------------------------------------------------------------------------------------
fresh_db by_hand kept
# Nobody answers: it stops there, and goes on from there.
check_exit 3 script odd </dev/null
check_has "$out" 'step 3 of 9: nothing (hook)'
printf 'yes\nyes\nno\n' | check_exit 3 script odd -v zdm_from=3
check_has "$err" 'not confirmed'
check_has "$err" '2500 rows changed'
echo yes | check_exit 0 script odd -v zdm_from=8
check_lacks "$out" 'step 7 of 9'
check_exit 3 script rename_email </dev/null
echo YES | check_exit 0 script rename_email -v zdm_from=7
check_eq "last line" done "$(tail -1 "$out")"
picture >by_hand
diff by_zdm by_hand

# --- a backfill that fails in the middle goes on, and changes each row once ------------------------------
fresh_db again kept
cat >again.lua <<'PLAN'
return plan "again" {
  api = 1,
  backfill "count" { table = "old", set = { a = "a || '+'" } },
}
PLAN
check_exit 0 "$ZDM" plan again.lua --format sql
cp "$out" again.sql
sql "ALTER TABLE old ADD CONSTRAINT bad CHECK (id <> 1200 OR a NOT LIKE '%+')"
sql 'CREATE ROLE "No sy"; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO "No sy";
     ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC; ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO "No sy"'
check_exit 3 script again
check_eq "what default privileges give of it" "t 0" "$(sql "SELECT to_regclass('zdm.by_hand') IS NOT NULL, count(*)
    FROM (SELECT relowner, relacl FROM pg_class WHERE oid = 'zdm.by_hand'::regclass
          UNION ALL SELECT nspowner, nspacl FROM pg_namespace WHERE nspname = 'zdm') AS o(owner, acl), aclexplode(o.acl) AS g
   WHERE g.grantee <> o.owner" -F ' ')"
check_has "$err" 'violates check constraint "bad"'
check_eq "rows of the first batch" 1000 "$(sql "SELECT count(*) FROM old WHERE a LIKE '%+'")"
sql "ALTER TABLE old DROP CONSTRAINT bad"
check_exit 0 script again
check_has "$err" '500 rows changed'
check_eq "each once" 1500 "$(sql "SELECT count(*) FROM old WHERE a = 'x' || id || '+'")"

# What would move rows in front of the walk is refused.
sql "CREATE TABLE made (a int, id int GENERATED ALWAYS AS (a * 2) STORED PRIMARY KEY, b int);
     INSERT INTO made SELECT generate_series(1, 3000)"
for set in 'old id = "id+9000"' 'made a = "a+9000"'; do
    cat >moves.lua <<PLAN
return plan "moves" { api = 1, backfill "b" { table = "${set%% *}", set = { ${set#* } } } }
PLAN
    check_exit 0 "$ZDM" plan moves.lua --format sql
    cp "$out" moves.sql
    check_exit 3 script moves
    check_has "$err" 'is in the key that the backfill walks along: it cannot be set'
done
sed -i 's/a = "a+9000"/b = "a"/' moves.lua
check_exit 0 "$ZDM" plan moves.lua --format sql
cp "$out" moves.sql
check_exit 0 script moves
check_has "$err" '3000 rows changed'

# --- a lock is tried for again and again, and who is in the way is not waited for in a queue ---------------
fresh_db tries kept
cat >tries.lua <<'PLAN'
return plan "tries" {
  api = 1,
  lock_budget = "100ms", lock_tries = 4,
  expand {
    sql "add" [[ALTER TABLE users ADD COLUMN nick text]],
    sql "odd" [[ALTER TABLE "Odd Schema"."it's ""odd""" ADD COLUMN more text]],
  },
}
PLAN
check_exit 0 "$ZDM" plan tries.lua --format sql
cp "$out" tries.sql
hold_lock 'LOCK TABLE users IN ACCESS SHARE MODE'
check_exit 3 script tries
check_eq "tries in vain" 3 "$(grep -c 'try . of 4 for the locks was in vain' "$err")"
check_has "$err" 'canceling statement due to lock timeout'
psql -X -q -v ON_ERROR_STOP=1 -f tries.sql >tries.out 2>tries.err &
dba=$!
wait_for_line tries.err 'was in vain'
release_lock
wait "$dba" || fail "the script behind a lock: $(cat tries.err)"
check_eq "both steps" 2 "$(sql "SELECT count(*) FROM pg_attribute WHERE attname IN ('nick', 'more')")"

# What a statement may lock, and LOCK TABLE may not, is no reason to stop.
fresh_db rights kept
sql "CREATE ROLE dba LOGIN; CREATE TABLE mine (id int, old_id int); ALTER TABLE mine OWNER TO dba;
     GRANT REFERENCES, SELECT ON old TO dba"
cat >rights.lua <<'PLAN'
return plan "rights" {
  api = 1,
  expand { sql "fk" [[ALTER TABLE mine ADD CONSTRAINT f FOREIGN KEY (old_id) REFERENCES old (id) NOT VALID]] },
}
PLAN
check_exit 0 "$ZDM" plan rights.lua --format sql
cp "$out" rights.sql
PGUSER=dba check_exit 0 script rights

# --- what was written behind a backfill is found ----------------------------------------------------------------
fresh_db sweep kept
sql "CREATE TABLE mail (id int PRIMARY KEY, address varchar(40), lower varchar(40));
     INSERT INTO mail (id, address) SELECT i, 'A' || i FROM generate_series(1, 3000) AS i;
     CREATE FUNCTION untouched() RETURNS trigger LANGUAGE plpgsql AS
         \$\$BEGIN IF old.id = 5 AND old.lower IS NULL THEN RETURN NULL; END IF; RETURN new; END\$\$;
     CREATE TRIGGER untouched BEFORE UPDATE ON mail FOR EACH ROW EXECUTE FUNCTION untouched();
     CREATE TABLE marks (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
     INSERT INTO marks SELECT generate_series(1, 3000);
     CREATE FUNCTION unmarked() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
     CREATE TRIGGER unmarked BEFORE UPDATE ON marks FOR EACH ROW WHEN (old.id = 7) EXECUTE FUNCTION unmarked()"
cat >sweep.lua <<'PLAN'
return plan "sweep" {
  api = 1,
  backfill "lower" { table = "mail", set = { lower = "lower(address) -- folded" }, where = "lower IS NULL -- not yet" },
  backfill "gone" { table = "mail", delete = true, where = "id > 2990" },
  backfill "count" { table = "mail", set = { address = "address || '!'" } },
  backfill "mark" { table = "marks", set = { n = "n + 1" }, where = "n = 0", where_becomes_false = true },
}
PLAN
check_exit 0 "$ZDM" plan odd.lua --format sql --offline
check_has "$out" 'Rows that were written meanwhile are not looked for: which rows are there already depends on the key of the'
check_exit 0 "$ZDM" plan sweep.lua --format sql
check_has "$out" 'Rows that were written meanwhile are not looked for: address is made of address, which is set too.'
cp "$out" sweep.sql
check_exit 3 script sweep
check_has "$err" 'rows are left that need backfill "lower"'
sql "DROP TRIGGER untouched ON mail; DELETE FROM zdm.by_hand"
# Where the change makes where false, where alone tells.
check_exit 3 script sweep
check_has "$err" 'rows are left that need backfill "mark"'
sql "DROP TRIGGER unmarked ON marks; DELETE FROM zdm.by_hand WHERE step = 'sweep/mark'"
check_exit 0 script sweep -v zdm_from=4
check_eq "each once" "1|1|3000" "$(sql 'SELECT min(n), max(n), count(*) FROM marks')"
sed 's/"sweep"/"stays"/; /mail/d; s/n = 0/n < 9/' sweep.lua >stays.lua
check_exit 0 "$ZDM" plan stays.lua --format sql
cp "$out" stays.sql
check_exit 3 script stays
check_has "$err" 'where is still true behind the change of the row at ('
check_eq "nothing is done" "1|1" "$(sql 'SELECT min(n), max(n) FROM marks')"
check_eq "every row" "2990 2990" "$(sql "SELECT concat(count(*), ' ', count(*) FILTER (WHERE lower || '!' = lower(address))) FROM mail")"

# --- the way back stands at the end, and leads there -------------------------------------------------------------
fresh_db back kept
cat >back.lua <<'PLAN'
return plan "back" {
  api = 1,
  expand {
    sql "nick" [[ALTER TABLE users ADD COLUMN nick text]],
    sql "index" [[CREATE INDEX CONCURRENTLY users_nick ON users (nick)]],
    sql "rows" [[INSERT INTO new VALUES (8, 'x')]] { undo = "DELETE FROM new WHERE id = 8; -- it" },
    sql "mystery" [[SELECT 1]],
  },
}
PLAN
picture | grep -v by_hand >before
check_exit 0 "$ZDM" plan back.lua --format sql
cp "$out" back.sql
check_exit 0 script back
sed -n '/^-- === the way back/,$ { s/^-- //p }' back.sql | grep -E '^(DROP|ALTER|DELETE).*;' >way_back.sql
check_eq "statements of the way back" 3 "$(wc -l <way_back.sql)"
check_has back.sql '-- step 2, index: (outside a transaction)'
psql -X -q -v ON_ERROR_STOP=1 -f way_back.sql
picture | grep -v by_hand >behind
diff before behind

# --- the way back as a script: it asks before something is lost, and begins and ends where it is told to ---------
cat >along.lua <<'PLAN'
return plan "along" {
  api = 1,
  expand {
    sql "nick" [[ALTER TABLE users ADD COLUMN nick text]],
    sql "may be left out" [[ALTER TABLE users ALTER email DROP NOT NULL]],
    sql "index" [[CREATE INDEX CONCURRENTLY users_nick ON users (nick)]],
    sql "mystery" [[SELECT 1]],
  },
  backfill "fill" { table = "users", set = { nick = "upper(email)" } },
}
PLAN
check_exit 2 "$ZDM" plan along.lua --rollback
for way in "" --rollback; do
    check_exit 0 "$ZDM" plan along.lua --format sql $way
    cp "$out" along$way.sql
done
check_exit 0 script along
check_exit 3 script along--rollback </dev/null
check_has "$out" 'step 4 of 5 back: mystery'
check_eq "the backfill begins anew" 0 "$(sql "SELECT count(*) FROM zdm.by_hand WHERE step = 'along/fill'")"
sql "INSERT INTO users VALUES (999999, NULL)"
printf 'yes\nyes\n' | check_exit 3 script along--rollback -v zdm_from=4
check_has "$err" 'users has rows without a value of email, which was NOT NULL'
sql "DELETE FROM users WHERE id = 999999"
printf 'yes\n' | check_exit 0 script along--rollback -v zdm_from=2 -v zdm_to=1
printf 'no\n' | check_exit 3 script along--rollback -v zdm_from=1
check_has "$err" 'not confirmed'
printf 'yes\n' | check_exit 0 script along--rollback -v zdm_from=1
picture | grep -v by_hand >behind
diff before behind
check_exit 0 "$ZDM" run along.lua --until nick
check_exit 0 "$ZDM" plan along.lua --format sql --rollback
cp "$out" ran.sql
check_exit 3 script ran -v zdm_from=1
check_has "$err" 'zdm itself ran step "nick": zdm rollback takes it back'

# A sync and its column go one after the other here: it asks before the first, and the triggers stay.
check_exit 0 "$ZDM" plan rename_email.lua --format sql --rollback
cp "$out" rename_email--rollback.sql
check_exit 3 script rename_email </dev/null
printf 'no\n' | check_exit 3 script rename_email--rollback -v zdm_from=2
check_has "$out" 'is lost from here on; zdm rollback takes both back at once: does nobody write there any more?'
check_eq "the triggers stay" 2 "$(sql "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'zzz_zdm_sync%'")"
printf 'yes\nyes\n' | check_exit 0 script rename_email--rollback -v zdm_from=2

# --- a gate that is not true, and what a target has already ------------------------------------------------
fresh_db gate kept
cat >gate.lua <<'PLAN'
return plan "gate" {
  api = 1,
  expand { sql "make" [[CREATE TABLE made (id int PRIMARY KEY)]] },
  gate "look" { sql "never" [[SELECT false]] },
}
PLAN
check_exit 0 "$ZDM" run gate.lua --until make
check_exit 0 "$ZDM" plan gate.lua --format sql
check_has "$out" '-- step 1, make, is done'
cp "$out" gate.sql
check_exit 3 script gate
check_has "$err" 'gate "look": "never" is not true'

# What SQL cannot do is said where it stands.
cat >map.lua <<'PLAN'
return plan "map" {
  api = 1,
  backfill "names" { table = "old", read = { "a" }, write = { "a" }, where = "a IS NOT NULL",
    map = function(row) return { a = row.a .. "!" } end },
}
PLAN
check_exit 0 "$ZDM" plan map.lua --format sql --offline
check_has "$out" '-- This backfill of old cannot be given as SQL: its new values come from a Lua function.'
