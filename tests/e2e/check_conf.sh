# zdm.conf.lua: found upwards to the root of the repository, read as safely as a plan, under the options.
source "$ZDM_SOURCE/tests/support/lib.sh"
unset ZDM_DATABASE_URL DATABASE_URL
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

mkdir -p above/repo/db/deep
cd above/repo
git init -q .
echo 'DROP TABLE t;' >db/1.sql
cat >zdm.conf.lua <<'LUA'
return {
    check = {
        paths = { "db" },
        rules = { ["break-drop-table"] = "warning" },
        pg_version = 16,
    },
}
LUA
check_exit 0 "$ZDM" check
check_has "$out" "db/1.sql:1:1"
check_has "$out" "warning[break-drop-table]"
(cd db/deep && check_exit 0 "$ZDM" check && check_has "$out" "../../db/1.sql:1:1")
# Options win.
check_exit 4 "$ZDM" check --rule break-drop-table=error
check_exit 4 "$ZDM" check --fail-on warning
check_exit 4 "$ZDM" check --no-config db
check_exit 2 "$ZDM" check --no-config
check_exit 2 "$ZDM" check --config zdm.conf.lua --no-config db

# Not above the root of the repository, and without one only here.
mv zdm.conf.lua ..
check_exit 4 "$ZDM" check db
check_exit 0 "$ZDM" check --config ../zdm.conf.lua db
cd ..
(cd repo && rm -rf .git && check_exit 4 "$ZDM" check db)
check_exit 0 "$ZDM" check repo/db
cd repo

# What is wrong in it, with its place.
try() {
    printf 'return {\n  check = {\n%s\n  },\n}\n' "$1" >zdm.conf.lua
    check_exit 2 "$ZDM" check db
    check_has "$err" "zdm.conf.lua"
    check_has "$err" "$2"
}
try 'fail_onn = "error",' 'did you mean "fail_on"?'
check_has "$err" "zdm.conf.lua:3:1"
try 'fail_on = "maybe",' '"fail_on" of check must be "error", "warning", "none", not "maybe"'
try 'rules = { ["break-drop-tabel"] = "off" },' 'did you mean "break-drop-table"?'
check_has "$err" "zdm.conf.lua:3:13"
try 'rules = { ["break-drop-table"] = "quiet" },' '"quiet"'
try 'pg_version = "15",' 'must be a whole number, not a string'
try 'pg_version = 9,' 'must be 12 to 99'
try 'allow_unknown = 1,' 'must be true or false'
try 'paths = "db",' 'must be a list'
try 'convention = "flywya",' 'did you mean flyway?'
try 'rules = os.getenv("HOME"),' '"os" is not available in zdm.conf.lua'
try 'rules = require("x"),' '"require" is not available in zdm.conf.lua'
try 'rules = {,' 'unexpected symbol'
echo 'return { chekc = {} }' >zdm.conf.lua
check_exit 2 "$ZDM" check db
check_has "$err" 'did you mean "check"?'
echo 'return 1' >zdm.conf.lua
check_exit 2 "$ZDM" check db
check_has "$err" "zdm.conf.lua returned an integer"
echo 'while true do end' >zdm.conf.lua
check_exit 2 "$ZDM" check db
check_exit 2 "$ZDM" check --config missing.lua db
check_has "$err" "missing.lua"
mkdir folder.lua
check_exit 2 "$ZDM" check --config folder.lua db

# The other fields.
rm zdm.conf.lua
conf() { printf 'return { check = { %s } }\n' "$1" >zdm.conf.lua; }
conf 'fail_on = "none"'
check_exit 0 "$ZDM" check db
conf 'allow_unknown = true'
echo 'DO $$ BEGIN END $$;' >do.sql
check_exit 0 "$ZDM" check do.sql
conf 'assume_in_transaction = true'
echo 'CREATE INDEX CONCURRENTLY i ON t (a);' >index.sql
check_exit 4 "$ZDM" check index.sql
check_exit 0 "$ZDM" check --assume-in-transaction no index.sql
conf 'convention = "goose"'
check_exit 2 "$ZDM" check db
check_has "$err" "+goose Up"
check_exit 4 "$ZDM" check --convention plain db
# Nothing in it is fine.
echo 'return {}' >zdm.conf.lua
check_exit 4 "$ZDM" check db
