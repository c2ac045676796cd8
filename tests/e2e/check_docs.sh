# The page about zdm check is true.
source "$ZDM_SOURCE/tests/support/lib.sh"
unset ZDM_DATABASE_URL DATABASE_URL
mkdir bin
ln -s "$ZDM" bin/zdm
export PATH=$PWD/bin:$PATH

follow_page "$ZDM_SOURCE/docs/reference/check.md"
[ "$followed" -ge 6 ] || fail "only $followed examples were found"

# The example of zdm.conf.lua loads.
follow_page "$ZDM_SOURCE/docs/reference/conf.md"
[ "$followed" -ge 1 ] || fail "conf.md has no example"
mkdir -p db/migrations
echo "CREATE TABLE t (id bigint PRIMARY KEY);" >db/migrations/1.sql
check_exit 0 zdm check --config zdm.conf.lua
check_has "$out" "1 statement"
