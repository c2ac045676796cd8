# zdm verify: ledger, journal, catalog and schema, each made wrong by hand.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'CREATE TABLE users (id int PRIMARY KEY, email text, n int);
     INSERT INTO users SELECT i, i, i FROM generate_series(1, 500) AS i; ANALYZE users;
     CREATE SCHEMA "My App"; CREATE TABLE "My App"."Odd ""Table""" (id int PRIMARY KEY, "A b" int);
     CREATE VIEW all_users AS SELECT id, email FROM users;
     CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS $$ SELECT 2 * $1 $$;
     CREATE TYPE mood AS ENUM ($$sad$$, $$ok$$);
     ALTER TABLE users ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON users USING (id > 0)'

# has TEXT: it stands in $out, whatever the lines are broken at.
has() {
    tr -s ' \n' ' ' <"$out" >flat
    check_has flat "$1"
}

# Before any run there is nothing to compare.
check_exit 0 "$ZDM" verify
has 'no plan was run here'

cat >made.lua <<'EOF2'
return plan "made" { api = 1,
  expand {
    sql "address" [[ALTER TABLE users ADD COLUMN address text]],
    sync { table = "users", from = "email", to = "address" },
    sql "index" [[CREATE INDEX CONCURRENTLY users_n ON users (n)]],
    sql "odd index" [[CREATE INDEX CONCURRENTLY "Odd Index" ON "My App"."Odd ""Table""" ("A b")]],
    sql "check" [[ALTER TABLE users ADD CONSTRAINT n_known CHECK (n IS NOT NULL) NOT VALID]],
    sql "validate" [[ALTER TABLE users VALIDATE CONSTRAINT n_known]],
  },
  backfill "copy" { table = "users", set = { address = "email" } },
  gate "go" { approval "yes" },
  contract { unsync { table = "users", from = "email", to = "address" }, sql "late" [[DROP INDEX CONCURRENTLY users_n]] },
}
EOF2
check_exit 3 "$ZDM" run made.lua
check_exit 0 "$ZDM" verify made.lua
has 'all agree'
has 'at the end of a run of plan made'
check_exit 0 "$ZDM" verify --format json
has '"exit_code": 0'
has '"steps": 6'

# expect NAME WHAT SQL UNDO: after the SQL it is told and the exit code is 7; after UNDO all is well.
expect() {
    sql "$2"
    check_exit 7 "$ZDM" verify
    has "$1"
    sql "$3"
    check_exit 0 "$ZDM" verify
}

# What finished steps made.
trigger=$(sql "SELECT tgname FROM pg_trigger WHERE tgname ~ '^zzz_zdm_sync' AND tgname !~ '_new$'")
expect "trigger users: $trigger is disabled" "ALTER TABLE users DISABLE TRIGGER $trigger" \
    "ALTER TABLE users ENABLE TRIGGER $trigger"
expect "trigger users: $trigger is disabled" "ALTER TABLE users DISABLE TRIGGER USER" \
    "ALTER TABLE users ENABLE TRIGGER USER"
expect 'index users_n is INVALID' \
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_n'::regclass" \
    "UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'users_n'::regclass"
expect 'index users_n is gone' 'DROP INDEX users_n' 'CREATE INDEX users_n ON users (n)'
expect 'index "My App"."Odd Index" is gone' 'DROP INDEX "My App"."Odd Index"' \
    'CREATE INDEX "Odd Index" ON "My App"."Odd ""Table""" ("A b")'
expect 'constraint users: n_known is not validated' \
    'ALTER TABLE users DROP CONSTRAINT n_known, ADD CONSTRAINT n_known CHECK (n IS NOT NULL) NOT VALID' \
    'ALTER TABLE users VALIDATE CONSTRAINT n_known'
expect 'constraint users: n_known is gone' 'ALTER TABLE users DROP CONSTRAINT n_known' \
    'ALTER TABLE users ADD CONSTRAINT n_known CHECK (n IS NOT NULL)'
sql 'ALTER TABLE users RENAME COLUMN address TO adresse'
check_exit 7 "$ZDM" verify made.lua
has 'column users.address is gone'
has 'zdm resolve made.lua "address" --not-done'
sql 'ALTER TABLE users RENAME COLUMN adresse TO address'
check_exit 0 "$ZDM" verify

# The schema, each kind of object: added, changed, removed.
expect 'table public.extra was added' 'CREATE TABLE extra (id serial PRIMARY KEY, a int UNIQUE)' 'DROP TABLE extra'
sql 'CREATE TABLE extra (id serial PRIMARY KEY, a int UNIQUE)'
"$ZDM" verify --format json >json || true
check_eq "parts of a new table are not told by themselves" 1 "$(grep -c '"change": "added"' json)"
sql 'DROP TABLE extra'
expect 'column public.users.email was changed' 'ALTER TABLE users ALTER email SET DEFAULT $$x$$' \
    'ALTER TABLE users ALTER email DROP DEFAULT'
expect "+ text DEFAULT 'x'::text" 'ALTER TABLE users ALTER email SET DEFAULT $$x$$' \
    'ALTER TABLE users ALTER email DROP DEFAULT'
expect 'view public.all_users was changed' 'CREATE OR REPLACE VIEW all_users AS SELECT id, email FROM users WHERE id > 3' \
    'CREATE OR REPLACE VIEW all_users AS SELECT id, email FROM users'
expect 'function public.twice(integer) was changed' \
    'CREATE OR REPLACE FUNCTION twice(int) RETURNS int LANGUAGE sql AS $$ SELECT 3 * $1 $$' \
    'CREATE OR REPLACE FUNCTION twice(int) RETURNS int LANGUAGE sql AS $$ SELECT 2 * $1 $$'
expect 'policy public.users: mine was changed' 'ALTER POLICY mine ON users USING (id > 1)' \
    'ALTER POLICY mine ON users USING (id > 0)'
expect 'policy public.users: mine was removed' 'DROP POLICY mine ON users' 'CREATE POLICY mine ON users USING (id > 0)'
expect 'table public.users was changed' 'ALTER TABLE users DISABLE ROW LEVEL SECURITY' \
    'ALTER TABLE users ENABLE ROW LEVEL SECURITY'
expect 'type public.mood was changed' 'ALTER TYPE mood RENAME VALUE $$ok$$ TO $$fine$$' \
    'ALTER TYPE mood RENAME VALUE $$fine$$ TO $$ok$$'
expect 'trigger public.users: mine was added' \
    'CREATE TRIGGER mine BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()' \
    'DROP TRIGGER mine ON users'
expect 'index "My App"."Other" was added' 'CREATE INDEX "Other" ON "My App"."Odd ""Table""" (id)' 'DROP INDEX "My App"."Other"'

# Partitions come and go: told, and no disagreement.
sql 'CREATE TABLE parts (id int) PARTITION BY RANGE (id)'
cat >touch.lua <<'EOF2'
return plan "touch" { api = 1, expand { sql "one" [[ALTER TABLE parts ADD COLUMN more int]] } }
EOF2
check_exit 0 "$ZDM" run touch.lua
has 'table public.parts added'
sql 'CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (2)'
check_exit 0 "$ZDM" verify
has 'table public.parts_1 was added: partitions come and go'

# A run that was killed behind a step left no snapshot: what it did is not somebody else's.
cat >killed.lua <<'EOF2'
return plan "killed" { api = 1, expand { sql "k1" [[ALTER TABLE parts ADD COLUMN k1 int]], sql "k2" [[ALTER TABLE parts ADD COLUMN k2 int]] } }
EOF2
code=0
ZDM_FAILPOINT=commit.after "$ZDM" run killed.lua >"$out" 2>"$err" || code=$?
check_eq "killed" 137 "$code"
check_exit 0 "$ZDM" verify
has 'killed: column public.parts.k1 was added: by the plan'
check_exit 0 "$ZDM" run killed.lua
check_lacks "$out" 'drift'

# Nor what belongs to no table: told by another plan as its own.
cat >loose.lua <<'EOF2'
return plan "loose" { api = 1, expand {
    sql "schema" [[CREATE SCHEMA app2]],
    sql "type" [[CREATE TYPE app2."Mood 2" AS ENUM ('x')]],
    sql "function" [[CREATE FUNCTION app2.thrice(n int) RETURNS int LANGUAGE sql AS $$ SELECT 3 * n $$]],
    sql "more" [[SELECT 1]],
} }
EOF2
check_exit 137 env ZDM_FAILPOINT=commit.after:3 "$ZDM" run loose.lua
check_exit 0 "$ZDM" verify killed.lua
has 'loose: schema app2 was added: by the plan'
has 'loose: type app2."Mood 2" was added: by the plan'
has 'loose: function app2.thrice(n integer) was added: by the plan'
sql 'CREATE SCHEMA app3'
check_exit 7 "$ZDM" verify
has 'schema app3 was added'
sql 'DROP SCHEMA app3'
check_exit 0 "$ZDM" run loose.lua
check_lacks "$out" 'drift'

# What a server that restored a dump spells in another way is the same; what is another list is not.
cat >dump.lua <<'EOF2'
return plan "dump" { api = 1, expand { sql "t" [[
    CREATE TABLE mails (id int, box varchar(9) CHECK (box IN ('in', 'out''s')));
    CREATE INDEX mails_in ON mails (id) WHERE box IN ('in', 'x');
    ALTER TABLE mails ENABLE ROW LEVEL SECURITY;
    CREATE POLICY boxes ON mails TO role_b, role_a USING (box <> ALL (ARRAY['a', 'b']::varchar[]))]] } }
EOF2
sql 'CREATE ROLE role_a; CREATE ROLE role_b'
check_exit 0 "$ZDM" run dump.lua
check_exit 0 "$ZDM" verify
restored() { # the definition as the server would read it from a dump
    check=$(sql "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'mails_box_check'")
    index=$(sql "SELECT pg_get_indexdef('mails_in'::regclass)")
    sql "ALTER TABLE mails DROP CONSTRAINT mails_box_check, ADD CONSTRAINT mails_box_check $check;
         DROP INDEX mails_in; $index"
}
restored
[ "$check" != "$(sql "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'mails_box_check'")" ] ||
    fail 'not spelled anew'
sql 'DROP POLICY boxes ON mails; DROP ROLE role_a; CREATE ROLE role_a;
     CREATE POLICY boxes ON mails TO role_a, role_b USING (box <> ALL (ARRAY[$$a$$, $$b$$]::varchar[]))'
check_exit 0 "$ZDM" verify
sql "ALTER TABLE mails DROP CONSTRAINT mails_box_check, ADD CONSTRAINT mails_box_check CHECK (box IN ('in', 'out'))"
check_exit 7 "$ZDM" verify
has 'constraint public.mails: mails_box_check was changed'
restored
sql "ALTER TABLE mails DROP CONSTRAINT mails_box_check, ADD CONSTRAINT mails_box_check CHECK (box IN ('in', 'out''s'))"
check_exit 0 "$ZDM" verify

# Rows that are not as a backfill left them.
sql 'CREATE TABLE parted (id int PRIMARY KEY, a int, b int) PARTITION BY RANGE (id);
     CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
     CREATE TABLE parted_2 PARTITION OF parted DEFAULT;
     INSERT INTO parted SELECT i, i FROM generate_series(1, 200) AS i; CREATE TABLE bare (a int, b int)'
cat >rows.lua <<'EOF2'
return plan "rows" { api = 1,
  backfill "even" { table = "parted", set = { b = "a * 2" }, where = "a % 2 = 0" },
  backfill "odd" { table = "parted", set = { b = "b + 1" }, where = "a % 2 = 1" },
}
EOF2
check_exit 0 "$ZDM" run rows.lua
check_exit 2 "$ZDM" verify --rows
check_has "$err" 'needs the plan'
check_exit 0 "$ZDM" verify rows.lua --rows
has 'all 200 rows of public.parted are as it left them'
has 'rows / odd: whether the rows of public.parted are as it left them cannot be told'
sql 'UPDATE parted SET b = 0 WHERE id IN (10, 15, 110); UPDATE parted SET a = 7 WHERE id = 20'
check_exit 7 "$ZDM" verify rows.lua --rows --format json
check_has "$out" '2 of 200 rows of public.parted are not as it left them, such as (10)'
check_exit 0 "$ZDM" verify rows.lua
check_exit 0 "$ZDM" resolve rows.lua even --not-done --because 'somebody emptied b'
check_exit 0 "$ZDM" run rows.lua
check_exit 0 "$ZDM" verify rows.lua --rows
sql 'DROP TABLE parted'
check_exit 7 "$ZDM" verify rows.lua --rows
has 'cannot be told'
check_exit 0 "$ZDM" verify --accept-all --because 'a test'
sql 'DROP TABLE bare'
check_exit 7 "$ZDM" verify
check_exit 0 "$ZDM" verify --accept bare --because 'a test'

# What somebody wants is accepted, with why and by whom, and told no more until it changes again.
check_exit 2 "$ZDM" verify --accept public.extra
check_has "$err" 'needs a reason'
check_exit 2 "$ZDM" verify --because x
check_exit 2 "$ZDM" verify --accept public.extra --because 'a test'
check_has "$err" 'nothing differs about "public.extra"'
sql 'CREATE TABLE extra (id int PRIMARY KEY, a text); GRANT SELECT ON extra TO role_a; DROP INDEX users_n'
check_exit 7 "$ZDM" verify --accept extra --because 'a report of theirs' --format json
check_eq "the table alone" 1 "$(python3 -c "import json; print(json.load(open('$out'))['summary']['accepted'])")"
check_exit 7 "$ZDM" verify
has '2 disagreements'
sql 'ALTER TABLE extra ADD b int'
check_exit 0 "$ZDM" verify --accept public.users_n --accept public.extra.b --because 'nobody reads it'
has 'index users_n is gone; the step was done at'
has 'index public.users_n was removed: accepted'
check_exit 0 "$ZDM" verify
check_eq "who and why" "3 nobody reads it $(id -un)" "$(sql "SELECT count(*), max(because), max(split_part(who, '@', 1))
     FROM zdm.accepted WHERE because ~ 'nobody'" -F ' ')"
sql 'ALTER TABLE extra ALTER b SET DEFAULT 1'
check_exit 7 "$ZDM" verify
has 'column public.extra.b was changed'
sql 'CREATE INDEX users_n ON users (n)' # it is there again, which was accepted as gone
check_exit 0 "$ZDM" verify --accept-all --because 'all of it'
check_exit 0 "$ZDM" verify
sql 'DROP TABLE extra'
check_exit 7 "$ZDM" verify
check_exit 0 "$ZDM" verify --accept extra --because 'theirs, and gone'
check_exit 0 "$ZDM" verify
check_eq "nothing of it is left" 0 "$(sql "SELECT count(*) FROM zdm.object WHERE name LIKE 'public.extra%'")"

# Rights, storage and replica identity belong to the schema.
expect 'grant public.users: role_a was added' 'GRANT SELECT ON users TO role_a' 'REVOKE ALL ON users FROM role_a'
expect '+ INSERT, SELECT WITH GRANT OPTION' \
    'GRANT SELECT ON users TO role_a WITH GRANT OPTION; GRANT INSERT ON users TO role_a' 'REVOKE ALL ON users FROM role_a'
expect 'grant public.users.n: PUBLIC was added' 'GRANT UPDATE (n) ON users TO PUBLIC' 'REVOKE ALL (n) ON users FROM PUBLIC'
expect 'grant public.twice(integer): PUBLIC was removed' 'REVOKE EXECUTE ON FUNCTION twice FROM PUBLIC' \
    'GRANT EXECUTE ON FUNCTION twice TO PUBLIC'
expect 'grant "My App": role_b was added' 'GRANT USAGE ON SCHEMA "My App" TO role_b' \
    'REVOKE ALL ON SCHEMA "My App" FROM role_b'
expect '+ text STORAGE EXTERNAL' 'ALTER TABLE users ALTER email SET STORAGE EXTERNAL' \
    'ALTER TABLE users ALTER email SET STORAGE EXTENDED'
expect 'replica identity by index users_pkey' 'ALTER TABLE users REPLICA IDENTITY USING INDEX users_pkey' \
    'ALTER TABLE users REPLICA IDENTITY DEFAULT'
sql 'CREATE FUNCTION lone() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$'
check_exit 7 "$ZDM" verify
has '1 disagreement'
sql 'DROP FUNCTION lone'

# A lost ledger, and one that knows more than the database.
check_exit 0 "$ZDM" verify --ledger none.db
has 'there is no ledger "none.db"'
[ ! -e none.db ] || fail "verify made a ledger"
cp ledger.db before.db
sql "CREATE TABLE kept AS SELECT * FROM zdm.journal WHERE plan = 'touch'; DELETE FROM zdm.journal WHERE plan = 'touch'"
check_exit 7 "$ZDM" verify touch.lua
has 'the ledger has it as done at'
has 'The journal is right'
sql "INSERT INTO zdm.journal SELECT * FROM kept; DROP TABLE kept"
check_exit 0 "$ZDM" verify

# The cursor that was opened by hand; a plan file that changed.
sql "UPDATE zdm.cursor SET state = 'open'"
check_exit 7 "$ZDM" verify
has 'zdm.cursor has 1 of its slices open'
sql "UPDATE zdm.cursor SET state = 'done'"
sed 's/add column "address" text/&/; s/ADD COLUMN address text/ADD COLUMN address varchar/' made.lua >changed.lua
check_exit 7 "$ZDM" verify changed.lua
has 'was finished and has changed'

# Afterwards: the contract dropped what expand made, and nobody misses it.
check_exit 0 "$ZDM" approve made.lua go --note x
check_exit 0 "$ZDM" run made.lua
check_exit 0 "$ZDM" verify made.lua touch.lua killed.lua
has 'all agree'

# Reads only, for a role with few rights; and says what it lacks.
sql 'CREATE ROLE looker LOGIN; CREATE ROLE nobody2 LOGIN; GRANT USAGE ON SCHEMA zdm TO looker;
     GRANT SELECT ON ALL TABLES IN SCHEMA zdm TO looker'
check_exit 0 "$ZDM" verify --db "host=$PGHOST port=$PGPORT user=looker dbname=$PGDATABASE"
check_exit 1 "$ZDM" verify --db "host=$PGHOST port=$PGPORT user=nobody2 dbname=$PGDATABASE"
check_has "$err" 'may not read the schema zdm'

# A schema zdm from before there were snapshots is read as it is.
sql 'DROP TABLE zdm.snapshot, zdm.object, zdm.accepted; ALTER TABLE zdm.plan DROP tables, DROP steps, DROP after, DROP alongside;
     UPDATE zdm.meta SET version = 7'
check_exit 0 "$ZDM" verify
has 'no run has written it down yet, or none since an upgrade of zdm; the next run that does something will'

# Of another form only what is there is compared, and of kinds that it has; an older zdm that ends later moves the
# snapshot's time alone. An upgrade of the schema keeps it.
check_exit 0 "$ZDM" run killed.lua
another() {
    echo "return plan '$1' { api = 1, expand { sql 'a' [[CREATE TABLE $1 (id int); CREATE INDEX $1_i ON $1 (id)]] } }" >"$1.lua"
    check_exit 0 "$ZDM" run "$1.lua"
}
another again
check_exit 0 "$ZDM" verify
sql "UPDATE zdm.object SET definition = 'spelled otherwise' WHERE kind = 'column'; DELETE FROM zdm.object WHERE kind = 'grant';
    ALTER TABLE zdm.snapshot DROP form_at, DROP form; UPDATE zdm.meta SET version = 12"
check_exit 0 "$ZDM" verify
sql "CREATE TABLE theirs (id int)"
check_exit 7 "$ZDM" verify
has 'table public.theirs was added'
another once
has 'table public.theirs added'
check_exit 0 "$ZDM" verify
sql "UPDATE zdm.object SET definition = 'old' WHERE kind = 'index'"
check_exit 7 "$ZDM" verify
sql "UPDATE zdm.snapshot SET at = at + interval '1 ms'"
check_exit 0 "$ZDM" verify

# What was accepted as gone, and came back, is told when it goes again.
sql 'DROP INDEX again_i'
check_exit 0 "$ZDM" verify --accept-all --because 'nobody needs it'
another still
check_exit 0 "$ZDM" verify
sql 'CREATE INDEX again_i ON again (id)'
another twice
sql 'DROP INDEX again_i'
another thrice
check_exit 7 "$ZDM" verify
has 'index again_i is gone'
sql 'CREATE INDEX again_i ON again (id)'

# Behind a lock it says what it waits for.
check_exit 0 "$ZDM" run killed.lua
sql "CREATE TABLE held (a int CHECK (a > 0))"
hold_lock 'LOCK TABLE held'
cat >last.lua <<'EOF2'
return plan "last" { api = 1, expand { sql "one" [[ALTER TABLE parts ADD COLUMN last int]] } }
EOF2
check_exit 0 "$ZDM" run last.lua
has 'the schema was not written down for zdm verify'
release_lock

# Killed behind the last step: the next run, which has nothing else to do, writes down what that one left.
sql 'CREATE TABLE vt (a int); CREATE VIEW seen AS SELECT a FROM vt'
cat >renamed.lua <<'EOF2'
return plan "renamed" { api = 1, expand { sql "rename" [[ALTER TABLE vt RENAME COLUMN a TO b]]
  { allow = { "break-rename-column" }, because = "nobody reads it" } } }
EOF2
ZDM_FAILPOINT=commit.after check_exit 137 "$ZDM" run renamed.lua
check_exit 7 "$ZDM" verify
has 'view public.seen was'
check_exit 0 "$ZDM" run renamed.lua
check_exit 0 "$ZDM" verify
has 'at the end of a run of plan renamed'
