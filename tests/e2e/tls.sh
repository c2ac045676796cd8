# TLS settings reach libpq, and what they refuse is an error with its reason; all sessions of a run are under TLS.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
if [ -z "${TLS_SERVER:-}" ]; then # this script's server has no address; one that has
    if ! command -v openssl >/dev/null; then
        echo "skipped: there is no openssl to make a certificate"
        exit 0
    fi
    TLS_SERVER=1 exec "$ZDM" sandbox --tcp -- bash "$0"
fi
openssl req -new -x509 -days 2 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout server.key -out server.crt 2>/dev/null
cp server.crt server.key "$ZDM_SANDBOX"
chmod 600 "$ZDM_SANDBOX/server.key"
if [ "$(id -u)" -eq 0 ]; then chown "$(stat -c %U "$ZDM_SANDBOX")" "$ZDM_SANDBOX"/server.*; fi
sql "ALTER SYSTEM SET ssl_cert_file = '$ZDM_SANDBOX/server.crt'"
sql "ALTER SYSTEM SET ssl_key_file = '$ZDM_SANDBOX/server.key'"
sql 'ALTER SYSTEM SET ssl = on'
sql 'SELECT pg_reload_conf()' >/dev/null
wait_until 'SHOW ssl' on

sql 'CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT generate_series(1, 500)'
sql "CREATE TABLE seen (application text, ssl bool);
     CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
       INSERT INTO seen SELECT application_name, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
        WHERE starts_with(application_name, ''zdm'');
       RETURN NULL; END';
     CREATE TRIGGER see AFTER UPDATE ON t EXECUTE FUNCTION see()"
cat >plan.lua <<'EOF'
return plan "tls" {
    api = 1,
    backfill "fill" { table = "t", set = { n = "id" }, workers = 2, batch_max = 50, batch_min = 50 },
}
EOF
where="host=localhost hostaddr=127.0.0.1 port=$PGPORT user=$PGUSER dbname=$PGDATABASE"
export PGPASSWORD
check_exit 1 "$ZDM" run --db "$where sslmode=verify-full sslrootcert=$PWD/none.crt" plan.lua
check_has "$err" 'none.crt'
check_exit 1 "$ZDM" run --db "${where/localhost/db.example} sslmode=verify-full sslrootcert=$PWD/server.crt" plan.lua
check_has "$err" 'db.example'
check_exit 0 "$ZDM" run --db "$where sslmode=verify-full sslrootcert=$PWD/server.crt" plan.lua
check_eq "every session that was seen" t "$(sql 'SELECT bool_and(ssl) AND count(DISTINCT application) >= 2 FROM seen')"
