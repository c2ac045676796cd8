# What zdm check reads, how it answers, and that it never says "fine" of what it could not read.
source "$ZDM_SOURCE/tests/support/lib.sh"
unset ZDM_DATABASE_URL DATABASE_URL

echo 'CREATE TABLE t (id bigint PRIMARY KEY);' >good.sql
echo 'DROP TABLE t;' >bad.sql
check_exit 0 "$ZDM" check good.sql
check_exit 4 "$ZDM" check bad.sql
check_has "$out" "bad.sql:1:1"
check_exit 0 "$ZDM" check --fail-on none bad.sql
check_exit 0 "$ZDM" check --rule break-drop-table=warning bad.sql
check_exit 4 "$ZDM" check --rule break-drop-table=warning --fail-on warning bad.sql
check_exit 2 "$ZDM" check --rule break-drop-tabel=warning bad.sql
check_has "$err" 'did you mean "break-drop-table"?'
check_exit 2 "$ZDM" check --rule break-drop-table bad.sql
check_has "$err" "ID=SEVERITY"
check_exit 2 "$ZDM" check --rule break-drop-table=loud bad.sql
check_exit 2 "$ZDM" check --pg-version 9.6 bad.sql
check_exit 0 "$ZDM" check --pg-version 15 good.sql
check_exit 2 "$ZDM" check --offline --db x good.sql
check_exit 2 "$ZDM" check --trace good.sql
check_has "$err" "--schema"
check_exit 2 "$ZDM" check
check_has "$err" "what to check"

# standard input, pipes
check_exit 4 "$ZDM" check - <bad.sql
check_has "$out" "<stdin>:1:1"
check_exit 0 "$ZDM" check - </dev/null
check_exit 4 "$ZDM" check <(cat bad.sql)

# what cannot be judged
for text in 'DO $$ BEGIN END $$;' 'garbage;' '\i other.sql' "SELECT 'open" 'CREATE TABLE (' ';;; $$'; do
    printf '%s\n' "$text" >unknown.sql
    check_exit 2 "$ZDM" check --fail-on none unknown.sql
    check_exit 0 "$ZDM" check --fail-on none --allow-unknown unknown.sql
done
check_exit 2 "$ZDM" check --rule uninspectable=off good.sql
check_has "$err" "--allow-unknown"

# what cannot be read
check_exit 2 "$ZDM" check missing.sql
check_has "$err" 'cannot read "missing.sql"'
# A program that asked for JSON gets JSON, whatever it asked for.
check_exit 2 "$ZDM" check --format json missing.sql
check_has "$out" '"message": "cannot read \"missing.sql\": No such file or directory"'
check_exit 2 "$ZDM" check --format yaml missing.sql
check_has "$err" "markdown"
ln -s nowhere dangling.sql
check_exit 2 "$ZDM" check dangling.sql
printf 'SELECT 1;\n-- caf\xe9\n' >latin.sql
check_exit 2 "$ZDM" check latin.sql
check_has "$err" "byte 0xE9 is not UTF-8"
check_has "$err" "latin.sql:2:7"
printf '\xff\xfeS\0E\0' >utf16.sql
check_exit 2 "$ZDM" check utf16.sql
check_has "$err" "UTF-16"
printf 'SELECT 1;\0' >nul.sql
check_exit 2 "$ZDM" check nul.sql
check_has "$err" "NUL byte"
printf '\xef\xbb\xbfDROP TABLE t;\r\n' >bom.sql
check_exit 4 "$ZDM" check bom.sql
check_has "$out" "bom.sql:1:1"
if [ "$(id -u)" -ne 0 ]; then
    cp good.sql secret.sql
    chmod 0 secret.sql
    check_exit 2 "$ZDM" check secret.sql
    check_has "$err" "chmod +r"
fi
rm -f -- *.sql

# folders
mkdir -p empty deep/a/b loop "deep/with space"
check_exit 2 "$ZDM" check empty
check_has "$err" 'no SQL files and no plans in "empty"'
echo 'CREATE TABLE t (id bigint PRIMARY KEY);' >deep/1.sql
echo 'DROP TABLE t;' >deep/a/b/2.sql
echo 'DROP TABLE u;' >"deep/with space/new
line.sql"
ln -s .. deep/a/up
ln -s "$PWD/deep" loop/deep
ln -s "$PWD/loop" loop/self
check_exit 4 "$ZDM" check --format json deep/
check_has "$out" '"deep/a/b/2.sql"'
check_has "$out" '"deep/with space/new\nline.sql"'
check_exit 4 "$ZDM" check --format json loop
(cd deep && check_exit 4 "$ZDM" check --format gcc .)
check_has "$out" "a/b/2.sql:1:1"
# Named twice is read once.
check_exit 0 "$ZDM" check --format json deep/1.sql deep/1.sql
check_has "$out" '"files": 1'
mkdir numbers
for i in $(seq 300); do echo "SELECT $i;" >"numbers/$i.sql"; done
check_exit 0 "$ZDM" check --format json numbers numbers/7.sql numbers
check_has "$out" '"files": 300'
for language in rb:Ruby py:Python ts:TypeScript js:JavaScript xml:XML; do
    mkdir -p "other/${language%:*}"
    : >"other/${language%:*}/one.${language%:*}"
    check_exit 2 "$ZDM" check "other/${language%:*}"
    check_has "$err" "${language#*:}"
done
check_exit 2 "$ZDM" check --convention flywya deep
check_has "$err" "did you mean flyway?"
check_exit 2 "$ZDM" check --convention goose deep/1.sql
check_has "$err" '-- +goose Up'
check_exit 2 "$ZDM" check --convention flyway deep
check_has "$err" 'no migrations of flyway in "deep"'

# How the tool sends a file decides about transactions; an option says otherwise.
mkdir golang
printf 'ALTER TABLE t ADD COLUMN a int;\nCREATE INDEX CONCURRENTLY i ON t (a);\n' >golang/1_a.up.sql
echo 'DROP TABLE t;' >golang/1_a.down.sql
check_exit 4 "$ZDM" check golang
check_has "$out" "tx-concurrently-in-transaction"
check_lacks "$out" "DROP TABLE"
check_exit 0 "$ZDM" check --assume-in-transaction no golang
check_exit 4 "$ZDM" check --assume-in-transaction yes --convention plain golang/1_a.up.sql

# plans among them
mkdir mixed
echo 'CREATE TABLE users (id bigint PRIMARY KEY, a text);' >mixed/1.sql
cat >mixed/2.lua <<'LUA'
return plan "rename" {
    api = 1,
    expand {
        sql "add" "ALTER TABLE users ADD COLUMN b text",
    },
    gate "old code is gone" { approval "yes" },
    contract {
        sql "drop" [[
            ALTER TABLE users
                DROP COLUMN a
        ]],
    },
}
LUA
check_exit 0 "$ZDM" check --format json mixed
check_has "$out" '"step": "drop"'
check_has "$out" '"line": 9'
check_has "$out" '"allowed": "in contract"'
sed 's/approval "yes"/aproval "yes"/' mixed/2.lua >mixed/3.lua
check_exit 2 "$ZDM" check --format gcc mixed
check_has "$out" "invalid-plan"
check_has "$out" "mixed/3.lua:6"
printf 'return plan "p" { api = 1, expand { sql "x" "DROP TABLE t" } }' >mixed/3.lua
check_exit 4 "$ZDM" check --format gcc mixed
check_has "$out" "break-drop-table"

# a file of 5 MB, and a thousand files
awk 'BEGIN { x = sprintf("%2500s", ""); gsub(" ", "x", x)
             for (i = 0; i < 2000; i++) printf "INSERT INTO t VALUES (%d, \x27%s\x27);\n", i, x }' >big.sql
check_exit 0 "$ZDM" check --fail-on none --format json big.sql
check_has "$out" '"statements": 2000'
mkdir many
for ((i = 1; i <= 1000; i++)); do echo "CREATE TABLE m$i (id bigint PRIMARY KEY);" >many/$i.sql; done
check_exit 0 "$ZDM" check --format json many
check_has "$out" '"files": 1000'
