# A password, however it is given, is in nothing that zdm prints, keeps or shows to other users.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
secret=hunter2-Tr0ub4dor
encoded=hunter2%2DTr0ub4dor

sql "CREATE ROLE app LOGIN PASSWORD '$secret'; GRANT CREATE ON DATABASE $PGDATABASE TO app;
     CREATE TABLE nothing (); GRANT SELECT ON nothing TO app;
     CREATE TABLE t (id int PRIMARY KEY, n int); GRANT ALL ON t TO app; ALTER TABLE t OWNER TO app;
     INSERT INTO t SELECT i FROM generate_series(1, 100) AS i; GRANT CREATE ON SCHEMA public TO app"
host=$PGHOST port=$PGPORT db=$PGDATABASE
cat >plan.lua <<'PLAN'
return plan "fails" {
  api = 1,
  expand { sql "fine" "SELECT 1" },
  backfill "fill" { table = "t", set = { n = "id" }, where = "n IS NULL" },
  gate "g" { command "exits" { argv = { "sh", "-c", "env | grep -e DATABASE_URL -e PGPASSWORD; true" } } },
  expand { sql "fails" "SELECT 1 / count(*) FROM nothing" },
}
PLAN
cat >gate.lua <<'PLAN'
return plan "waits" { api = 1, gate "g" { approval "never" } }
PLAN
echo 'ALTER TABLE t ADD COLUMN b int;' >one.sql
printf '%s:%s:*:app:%s\n' "$host" "$port" "$secret" >pass
chmod 600 pass
printf '[shop]\nhost=%s\nport=%s\ndbname=%s\nuser=app\npassword=%s\n' "$host" "$port" "$db" "$secret" >services
: >said

# say CODE COMMAND...: what it prints is kept.
say() {
    check_exit "$@"
    cat "$out" "$err" >>said
}
# Everything that people ask zdm for; $@ are options that name the target.
everything() {
    rm -f "$ZDM_LEDGER"*
    sql 'SET client_min_messages = error; DROP SCHEMA IF EXISTS zdm CASCADE; UPDATE t SET n = NULL'
    say 0 "$ZDM" plan plan.lua "$@"
    say 1 "$ZDM" run plan.lua "$@"
    say 1 "$ZDM" run plan.lua --format json "$@"
    for format in text json markdown; do
        say 0 "$ZDM" plan plan.lua --format $format "$@"
    done
    say 0 "$ZDM" status plan.lua "$@"
    say 0 "$ZDM" log plan.lua
    say 0 "$ZDM" log plan.lua --format json
    say 0 "$ZDM" check "$@" one.sql
    say 3 "$ZDM" run gate.lua "$@"
    pg_dump -U "$admin" -n zdm >>said
    if grep -qa "$secret\|$encoded" "$ZDM_LEDGER"*; then fail "the ledger has the password"; fi
    check_lacks said "$secret"
    check_lacks said "$encoded"
}
admin=$PGUSER
sql() { psql -XAtq -v ON_ERROR_STOP=1 -U "$admin" -h "$host" -p "$port" -d "$db" -c "$1"; }
plain="host=$host port=$port dbname=$db user=app"
uri="postgresql://app:$encoded@/$db?host=$host&port=$port"

unset PGUSER PGPASSWORD
everything --db "$plain password=$secret"
check_has said "ZDM_DATABASE_URL=***"
everything "--db=$uri"
ZDM_DATABASE_URL="postgresql:///$db?host=$host&port=$port&user=app&password=$secret" everything
DATABASE_URL=$uri everything
PGUSER=app PGPASSWORD=$secret everything --db "host=$host port=$port dbname=$db"
PGUSER=app PGPASSFILE=$PWD/pass everything --db "host=$host port=$port dbname=$db"
PGSERVICEFILE=$PWD/services everything --db shop

# Who cannot connect, and who mistypes.
for wrong in "$plain password=$secret dbname=nowhere" "postgresql://app:$encoded@/nowhere?host=$host&port=$port" \
    "$plain passwort=$secret" "postgresql://app:$secret@host:port/x" "postgres//app:$secret@db/x" \
    "$plain password='$secret" "host=/nonexistent password=$secret"; do
    "$ZDM" plan plan.lua --db "$wrong" >>said 2>&1 && fail "it connects to $wrong"
    check_lacks said "$secret"
done

# In the list of processes: hidden, as soon as zdm runs.
for option in "--db $plain password=$secret" "-d$plain password=$secret" "--db=$uri"; do
    case $option in
    "--db "*) words=(--db "${option#--db }") ;;
    *) words=("$option") ;;
    esac
    rm -f waits.out # or its line of last time is found before this one begins
    "$ZDM" run --wait gate.lua "${words[@]}" >waits.out 2>waits.err &
    runner=$!
    wait_for_line waits.out 'waiting until it opens'
    tr '\0' ' ' <"/proc/$runner/cmdline" >seen
    check_has seen 'run --wait gate.lua'
    check_has seen '****'
    check_lacks seen "$secret"
    check_lacks seen "$encoded"
    kill -INT "$runner"
    wait "$runner" || true
    check_lacks waits.out "$secret"
done

# A plan holds none: it would be shown, and kept.
for check in 'http "h" { url = "https://ann:hunter2@example.com/" }' \
    'flag "f" { url = "https://ann:hunter2@example.com/", is = "on" }' \
    'unused { "t.n", replicas = { "host=r password=hunter2" } }' \
    'unused { "t.n", replicas = { "postgresql://ann:hunter2@r/x" } }'; do
    echo "return plan \"p\" { api = 1, gate \"g\" { $check } }" >secret.lua
    check_exit 2 "$ZDM" plan --offline secret.lua
    check_has "$err" 'secret.lua:1'
    check_lacks "$err" hunter2
done
echo 'return plan "p" { api = 1, backfill "b" { table = "t", set = { n = "1" }, throttle = { url = "http://a:hunter2@x/" } } }' >secret.lua
check_exit 2 "$ZDM" plan --offline secret.lua
check_lacks "$err" hunter2
