# Row level security and grants: whom zdm check names, each against what the server then does to them.
source "$ZDM_SOURCE/tests/support/lib.sh"

url=$ZDM_DATABASE_URL
unset ZDM_DATABASE_URL DATABASE_URL

sql '
CREATE ROLE g_app NOLOGIN; CREATE ROLE g_team NOLOGIN; CREATE ROLE g_member NOLOGIN IN ROLE g_team;
CREATE ROLE g_owner NOLOGIN; CREATE ROLE g_free NOLOGIN BYPASSRLS;
CREATE TABLE accounts (id int PRIMARY KEY, tenant int, note text);
INSERT INTO accounts VALUES (1, 1, $$a$$);
ALTER TABLE accounts OWNER TO g_owner;
GRANT SELECT, INSERT ON accounts TO g_app; GRANT SELECT ON accounts TO g_free, g_team;
CREATE TABLE quiet (id int); ALTER TABLE quiet OWNER TO g_owner;
CREATE TABLE shown (id int, a text); GRANT SELECT ON shown TO g_app, PUBLIC; GRANT SELECT (id) ON quiet TO g_app;
CREATE VIEW summary AS SELECT id FROM accounts; ALTER VIEW summary OWNER TO g_app; GRANT SELECT ON summary TO g_team'

# check NAME SQL: what is found
check_sql() {
    printf '%s\n' "$2" >"$1.sql"
    "$ZDM" check --db "$url" --format json "$1.sql" >"$1.json" || [ $? = 4 ] || fail "check $1 failed"
}
says() { grep -qF -- "$2" "$1.json" || { cat "$1.json" >&2; fail "$1: not said: $2"; }; }
silent() { ! grep -qF -- "$2" "$1.json" || { cat "$1.json" >&2; fail "$1: said: $2"; }; }

check_sql enable 'ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;'
says enable 'hides every row from g_app (SELECT, INSERT), g_team (SELECT), and'
silent enable g_free
silent enable g_owner

check_sql forced 'ALTER TABLE accounts FORCE ROW LEVEL SECURITY, ENABLE ROW LEVEL SECURITY;'
says forced 'g_owner (SELECT, INSERT, UPDATE, DELETE)'

check_sql covered 'CREATE POLICY p ON accounts TO g_app, g_team USING (true);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;'
silent covered rls-enable
says covered policy-change

check_sql restrictive 'CREATE POLICY p ON accounts AS RESTRICTIVE USING (true);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;'
says restrictive rls-enable

check_sql alone 'ALTER TABLE quiet ENABLE ROW LEVEL SECURITY;'
says alone 'g_app (SELECT)'

sql 'CREATE POLICY reads ON accounts FOR SELECT TO g_team USING (true);
CREATE POLICY app_all ON accounts TO g_app USING (true);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY'
[ "$(sql 'SET ROLE g_member; SELECT count(*) FROM accounts' | tail -1)" = 1 ] || fail "g_member has a policy"
check_sql last 'DROP POLICY reads ON accounts;'
says last 'no policy of accounts speaks for g_team (SELECT)'
silent last g_app
sql 'DROP POLICY reads ON accounts'
[ "$(sql 'SET ROLE g_member; SELECT count(*) FROM accounts' | tail -1)" = 0 ] || fail "g_member sees rows"
check_sql replaced 'CREATE POLICY app_new ON accounts TO g_app USING (true); DROP POLICY app_all ON accounts;'
silent replaced policy-missing

check_sql revoke 'REVOKE SELECT ON accounts FROM g_app;'
says revoke 'REVOKE of SELECT on public.accounts from g_app, with whose rights view public.summary reads it breaks'
check_sql never 'REVOKE UPDATE ON accounts FROM g_app; REVOKE SELECT ON shown FROM g_app;'
silent never grant-revoke
check_sql column 'REVOKE SELECT (id) ON quiet FROM g_app;'
says column 'REVOKE of SELECT (id) on public.quiet from g_app'
sql 'REVOKE SELECT ON accounts FROM g_app'
! sql 'SET ROLE g_team; SELECT * FROM summary' 2>refused || fail "the view works without its owner's right"
grep -q 'permission denied for table accounts' refused || fail "another error: $(cat refused)"

check_sql anew 'DROP VIEW summary; CREATE VIEW summary AS SELECT id, note FROM accounts;'
says anew 'without what was granted on the one that was dropped: SELECT to g_team'
check_sql again 'DROP VIEW summary; CREATE VIEW summary AS SELECT id, note FROM accounts; GRANT SELECT ON summary TO g_team;'
silent again grants-lost
check_sql undone 'BEGIN; DROP VIEW summary; ROLLBACK; DROP TABLE quiet; CREATE TABLE other (id int);'
silent undone grants-lost

check_sql owner 'ALTER TABLE shown OWNER TO g_app; ALTER TABLE quiet OWNER TO g_app;'
says owner 'g_owner keeps nothing'
