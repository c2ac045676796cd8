# Bad input: each gets one clear error with its place and what to do, the right exit code, and
# changes nothing that is not journaled.
source "$ZDM_SOURCE/tests/support/lib.sh"
export ZDM_LEDGER=$PWD/ledger.db
sql 'CREATE TABLE users (id int PRIMARY KEY, email text)'

says() { # every argument must stand in what was printed to stderr
    local pattern
    for pattern in "$@"; do
        if ! grep -qF -- "$pattern" "$err"; then
            echo "expected \"$pattern\" in:" >&2
            cat "$err" >&2
            exit 1
        fi
    done
}
untouched() {
    check_eq "nothing was changed: $1" "f|id,email" "$(sql "SELECT to_regnamespace('zdm') IS NOT NULL,
        string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'users'::regclass AND attnum > 0")"
}
plan() {
    printf '%s\n' "$@" >bad.lua
}

# --- the file -----------------------------------------------------------------
check_exit 2 "$ZDM" run missing.lua
says 'missing.lua' 'No such file'
mkdir folder.lua
check_exit 2 "$ZDM" run folder.lua
says 'folder.lua'
plan 'return plan "x" {'
check_exit 2 "$ZDM" run bad.lua
says 'bad.lua:'
plan '-- nothing here'
check_exit 2 "$ZDM" run bad.lua
says 'bad.lua' 'return'
printf '\033LuaT' >bad.lua
check_exit 2 "$ZDM" run bad.lua
says 'bad.lua'

# --- the plan -----------------------------------------------------------------
plan 'return plan "x" {' '  api = 1,' '  expand {' \
    '    sql "add" [[ALTER TABLE users ADD COLUMN a int]] { undoo = [[SELECT 1]] },' '  },' '}'
check_exit 2 "$ZDM" run bad.lua
says 'bad.lua:4' 'undoo' 'undo'
plan 'return plan "x" {' '  api = 1,' '  expand {' \
    '    sql "add" [[ALTER TABLE users ADD COLUMN a int]],' \
    '    sql "add" [[ALTER TABLE users ADD COLUMN b int]],' '  },' '}'
check_exit 2 "$ZDM" run bad.lua
says 'bad.lua:5' '"add"'
plan 'return plan "x" {' '  api = 1,' '  expand {},' '}'
check_exit 2 "$ZDM" run bad.lua
says 'bad.lua:3' 'expand'
plan 'return plan "x" {' '  api = 1,' '  expnd {' \
    '    sql "add" [[ALTER TABLE users ADD COLUMN a int]] },' '}'
check_exit 2 "$ZDM" run bad.lua
says 'bad.lua:3' 'expnd' 'expand'
plan 'return plan "x" {' '  api = 1,' '  expand {' \
    '    sql "add" [[ALTER TABLE users' '      ADD COLUM a int,,]],' '  },' '}'
check_exit 2 "$ZDM" run bad.lua
says 'bad.lua:5:' 'syntax error'
plan 'return plan "x" {' '  api = 1,' '  expand { sql "drop" [[ALTER TABLE users DROP COLUMN email]] },' '}'
check_exit 4 "$ZDM" run bad.lua
says 'bad.lua:3' 'break-drop-column'
# Several at once are reported together.
plan 'return plan "x" {' '  api = 1, wy = "typo",' '  expand {' '    sql "a" [[SELEC 1]],' \
    '    sql "a" [[SELECT 1]],' '  },' '}'
check_exit 2 "$ZDM" run bad.lua
says 'bad.lua:2' 'bad.lua:4' 'bad.lua:5'
# It never ends; it eats all memory.
plan 'local n = 0' 'while true do n = n + 1 end' 'return plan "x" {}'
check_exit 2 "$ZDM" run bad.lua
says 'bad.lua:2'
plan 'local t = {}' 'while true do t[#t + 1] = ("x"):rep(1000000) .. #t end'
check_exit 2 "$ZDM" run bad.lua
says 'bad.lua:2'
untouched "by invalid plans"

# --- the connection -------------------------------------------------------------
plan 'return plan "x" {' '  api = 1,' '  expand { sql "add" [[ALTER TABLE users ADD COLUMN a int]] },' '}'
check_exit 2 "$ZDM" run --db 'hots=nowhere' bad.lua
says 'hots'
check_exit 1 "$ZDM" run --db 'host=127.0.0.1 port=1 dbname=x' bad.lua
says '127.0.0.1' 'refused'
check_exit 1 "$ZDM" run --db "host=$PGHOST port=$PGPORT user=$PGUSER dbname=no_such_db" bad.lua
says 'no_such_db' 'does not exist'
sql "CREATE ROLE picky LOGIN PASSWORD 'right'"
hba=$(sql 'SHOW hba_file')
cp -p "$hba" hba.saved
{ echo 'local all picky scram-sha-256'; cat hba.saved; } >"$hba"
sql 'SELECT pg_reload_conf()' >/dev/null
wait_until "SELECT count(*) > 0 FROM pg_hba_file_rules WHERE auth_method = 'scram-sha-256'" t
check_exit 1 "$ZDM" run --db "host=$PGHOST port=$PGPORT user=picky password=hunter2 dbname=$PGDATABASE" bad.lua
says 'picky' 'password authentication failed'
if grep -q hunter2 "$err" "$out"; then
    echo "the password is printed" >&2
    exit 1
fi
cat hba.saved >"$hba"
sql 'SELECT pg_reload_conf()' >/dev/null
untouched "by failed connections"

# --- the database ------------------------------------------------------------------
plan 'return plan "nocol" {' '  api = 1,' '  expand {' \
    '    sql "index" [[CREATE INDEX CONCURRENTLY i ON users (email, nix)]],' '  },' '}'
check_exit 1 "$ZDM" run bad.lua
says 'bad.lua:4' 'nix' 'does not exist'
plan 'return plan "notable" {' '  api = 1,' '  expand {' \
    '    sql "ok" [[ALTER TABLE users ADD COLUMN ok int]],' \
    '    sql "add" [[ALTER TABLE userz' '      ADD COLUMN a int]],' '  },' '}'
check_exit 1 "$ZDM" run bad.lua
says 'bad.lua:' 'userz' 'does not exist'
check_eq "what ran is journaled, what failed is not" "ok" \
    "$(sql "SELECT string_agg(step, ',') FROM zdm.journal WHERE plan = 'notable'")"
# It was interrupted behind a step that is done: as long as the target knows it, it has the table.
sql "DELETE FROM zdm.plan WHERE name = 'notable'"
plan 'return plan "nofill" {' '  api = 1,' '  backfill "b" {' '    table = "users",' \
    '    set = { email = "nix || email" },' '  },' '}'
check_exit 1 "$ZDM" run bad.lua
says 'bad.lua:5' 'nix'
check_eq "no cursor for a backfill that cannot start" 0 "$(sql "SELECT count(*) FROM zdm.cursor WHERE plan = 'nofill'")"
plan 'return plan "nogate" {' '  api = 1,' \
    '  gate "g" { sql "s" [[SELECT nix FROM users]] },' '}'
check_exit 1 "$ZDM" run bad.lua
says 'bad.lua:3' 'nix'

# A server that takes no writes.
sql "CREATE DATABASE readonly" >/dev/null
sql "ALTER DATABASE readonly SET default_transaction_read_only = on"
plan 'return plan "x" {' '  api = 1,' '  expand { sql "add" [[CREATE TABLE a (id int)]] },' '}'
check_exit 1 "$ZDM" run --db "host=$PGHOST port=$PGPORT user=$PGUSER dbname=readonly" bad.lua
says 'read-only'

# A role without rights is told what to ask for.
sql "CREATE ROLE poor LOGIN"
sql "CREATE DATABASE foreign_db"
check_exit 1 "$ZDM" run --db "host=$PGHOST port=$PGPORT user=poor dbname=foreign_db" bad.lua
says 'poor' 'CREATE SCHEMA zdm'

# --- the ledger ---------------------------------------------------------------------
plan 'return plan "led" {' '  api = 1,' '  expand { sql "add" [[ALTER TABLE users ADD COLUMN led int]] },' '}'
head -c 100000 /dev/urandom >broken.db
check_exit 2 "$ZDM" run --ledger broken.db bad.lua
says 'broken.db'
check_exit 2 "$ZDM" run --ledger folder.lua bad.lua
says 'folder.lua'
mkdir small
if mount -t tmpfs -o size=64k tmpfs small 2>/dev/null; then
    head -c 64k /dev/zero >small/filler 2>/dev/null || true
    check_exit 1 "$ZDM" run --ledger small/ledger.db bad.lua
    says 'small/ledger.db'
    umount small
else
    echo "skipped: a full disk under the ledger (cannot mount a tmpfs here)"
fi
check_eq "no run without a ledger" 0 "$(sql "SELECT count(*) FROM zdm.journal WHERE plan = 'led'")"
"$ZDM" run --ledger newer.db bad.lua >/dev/null
# user_version stands big-endian at byte 60 of an SQLite file.
printf '\x00\x00\x03\xe7' | dd of=newer.db bs=1 seek=60 conv=notrunc 2>/dev/null
check_exit 2 "$ZDM" run --ledger newer.db bad.lua
says 'newer.db' 'newer'

# --- the command line -------------------------------------------------------------------
check_exit 2 "$ZDM" rnu bad.lua
says 'rnu' 'run'
check_exit 2 "$ZDM" run --ledgr x bad.lua
says 'ledgr' 'ledger'
check_exit 2 "$ZDM" run
check_exit 2 "$ZDM" run --until nowhere bad.lua
says 'nowhere'
