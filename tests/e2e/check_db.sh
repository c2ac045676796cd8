# zdm check --db, --schema and --trace against a real server.
source "$ZDM_SOURCE/tests/support/lib.sh"

sql "
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(50), name text,
    CONSTRAINT name_set CHECK (name IS NOT NULL));
INSERT INTO users SELECT i, 'a', 'b' FROM generate_series(1, 100) i;
ANALYZE users"
url=$ZDM_DATABASE_URL
unset ZDM_DATABASE_URL DATABASE_URL

# The catalog knows what the text cannot tell.
echo 'ALTER TABLE users ALTER COLUMN name SET NOT NULL;' >proved.sql
check_exit 4 "$ZDM" check proved.sql
check_exit 0 "$ZDM" check --db "$url" --format json proved.sql
check_has "$out" '"evidence": "catalog"'
check_has "$out" '"public.users"'
echo 'ALTER TABLE users ALTER COLUMN email TYPE varchar(80);' >wider.sql
check_exit 0 "$ZDM" check --db "$url" wider.sql
echo 'ALTER TABLE userz ADD COLUMN a int;' >missing.sql
check_exit 4 "$ZDM" check --db "$url" --format json missing.sql
check_has "$out" '"42P01"'
check_exit 0 "$ZDM" check missing.sql
# The environment names a target too, unless nobody is to be asked.
ZDM_DATABASE_URL=$url check_exit 4 "$ZDM" check missing.sql
ZDM_DATABASE_URL=$url check_exit 0 "$ZDM" check --offline missing.sql
# One file builds on the other.
echo 'ALTER TABLE users ADD COLUMN a int;' >1.sql
echo 'ALTER TABLE users ADD COLUMN a int;' >2.sql
check_exit 4 "$ZDM" check --db "$url" --format gcc 1.sql 2.sql
check_has "$out" "2.sql:1:1"
check_lacks "$out" "1.sql:1:1: error"
# Nothing was changed.
check_eq "columns" 3 "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped")"

# A connection that fails is no verdict.
check_exit 1 "$ZDM" check --db 'host=/nowhere dbname=x' 1.sql
check_has "$err" "cannot connect"

# A role that may read no table still sees what there is.
sql "CREATE ROLE zdm_nobody LOGIN; REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC"
check_exit 0 "$ZDM" check --db "$url user=zdm_nobody" --format json proved.sql
check_has "$out" '"evidence": "catalog"'

# Plans: by the target's catalog; steps that are done there are not judged by it again.
cat >plan.lua <<'LUA'
return plan "add_phone" {
    api = 1,
    expand {
        sql "add" "ALTER TABLE users ADD COLUMN phone text",
        sql "tighten" "ALTER TABLE users ALTER COLUMN name SET NOT NULL",
    },
}
LUA
check_exit 4 "$ZDM" check plan.lua
check_exit 0 "$ZDM" check --db "$url" plan.lua
check_exit 4 "$ZDM" plan --offline plan.lua
check_exit 0 "$ZDM" plan --db "$url" --format json plan.lua
check_has "$out" '"evidence": "catalog"'
sql "ALTER TABLE users ADD COLUMN phone text"
check_exit 2 "$ZDM" plan --db "$url" plan.lua
check_has "$err" "has a column phone already"
sql "ALTER TABLE users DROP COLUMN phone"
sed -i '/tighten/d' plan.lua
check_exit 0 "$ZDM" run --db "$url" plan.lua
check_exit 0 "$ZDM" plan --db "$url" plan.lua
check_exit 0 "$ZDM" check --db "$url" plan.lua

# A schema from a file instead of a database.
cat >schema.sql <<'SQL'
CREATE TABLE users (id bigint PRIMARY KEY, name text, CONSTRAINT c CHECK (name IS NOT NULL));
SQL
check_exit 0 "$ZDM" check --schema schema.sql --format json proved.sql
check_has "$out" '"evidence": "catalog"'
check_exit 2 "$ZDM" check --schema schema.sql --db "$url" proved.sql
echo 'CREATE TABLE (' >broken.sql
check_exit 1 "$ZDM" check --schema broken.sql proved.sql
check_exit 2 "$ZDM" check --schema missing_schema.sql proved.sql

# Really run on a copy: what nobody could see is seen.
echo 'DO $$ BEGIN EXECUTE '"'ALTER TABLE users ALTER COLUMN id TYPE numeric'"'; END $$;' >do.sql
check_exit 2 "$ZDM" check --schema schema.sql do.sql
check_exit 4 "$ZDM" check --schema schema.sql --trace --format json do.sql
check_has "$out" '"evidence": "traced"'
check_has "$out" '"public.users"'
check_lacks "$out" '"not said'
check_exit 0 "$ZDM" check --schema schema.sql --trace --format json proved.sql
check_exit 0 "$ZDM" check --db "$url" --trace --format json 1.sql
check_eq "columns" 4 "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped")"
# The server has the last word on what the grammar does not know; psql's own commands stay unknown.
echo 'CREATE TABEL x ();' >typo.sql
check_exit 4 "$ZDM" check --schema schema.sql --trace --format gcc typo.sql
check_has "$out" "traced-fails"
# A severity that somebody gave a rule holds for what the trace finds too.
check_exit 0 "$ZDM" check --schema schema.sql --trace --format json --rule traced-effect=info do.sql
check_has "$out" '"severity": "info"'
check_exit 0 "$ZDM" check --schema schema.sql --trace --rule traced-effect=off do.sql
check_lacks "$out" "traced-effect"
# What is foreseen to fail and does not is no failure, and a difference. DROP ROLE is foreseen to work.
printf '%s;\n' 'CREATE ROLE granted' 'GRANT SELECT ON users TO granted' 'DROP ROLE granted' \
    'REVOKE ALL ON users FROM granted' >foreseen.sql
check_exit 4 "$ZDM" check --db "$url" --trace --format gcc foreseen.sql
check_has "$out" 'foreseen.sql:3:1: error: run on a copy of the schema it fails'
check_has "$out" 'error: said 42704, none seen'
check_lacks "$out" 'foreseen.sql:4:1: error'
echo '\i other.sql' >command.sql
check_exit 2 "$ZDM" check --schema schema.sql --trace command.sql
# What a file makes is new in it, in use in the next; its transactions are its own.
printf 'CREATE TABLE n (id int);\nCREATE INDEX i ON n (id);\nBEGIN;\nALTER TABLE n ADD COLUMN a int;\n' >new.sql
echo 'CREATE INDEX j ON n (id);' >next.sql
check_exit 4 "$ZDM" check --schema schema.sql --trace --format json new.sql next.sql
check_lacks "$out" '"not said'
check_lacks "$out" 'seen none"'
check_has "$out" '"builds": [
        "j"
      ]'

# The copy goes away midway: what was judged before is told, and says that it is not all.
echo 'DROP TABLE users;' >drop.sql
echo 'SELECT pg_terminate_backend(pg_backend_pid());' >gone.sql
check_exit 2 "$ZDM" check --db "$url" --trace --format json drop.sql gone.sql next.sql
check_has "$out" '"file": "drop.sql"'
check_lacks "$out" '"file": "next.sql"'
check_has "$out" '"sqlstate": "57P01"'
check_has "$out" '"exit_code": 2'
check_has "$err" 'gone.sql: error: terminating connection'
check_exit 2 "$ZDM" check --db "$url" --trace drop.sql gone.sql next.sql
check_has "$out" 'drop.sql:1:1: error[break-drop-table]'
check_lacks "$out" 'statements in'
check_has "$err" 'gone.sql: error: terminating connection'
