# What `zdm sandbox -- COMMAND` gives its command, and what it gives back.
source "$ZDM_SOURCE/tests/support/lib.sh"

chmod 755 . # the server's user must get to TMPDIR
export TMPDIR=$PWD/tmp
mkdir -m 1777 tmp

nothing_left() {
    check_eq "folders left" "" "$(ls tmp)"
}

# The command finds its server by each of the usual ways.
check_exit 0 "$ZDM" sandbox -- bash -c '
    psql -XAtc "SELECT 1"
    psql -XAtc "SELECT 2" "$ZDM_DATABASE_URL"
    psql -XAtc "SELECT 3" "$DATABASE_URL"
    stat -c %a "$ZDM_SANDBOX"
    [ "$(dirname "$ZDM_SANDBOX")" = "$TMPDIR" ]
    postgres --version >/dev/null
    psql -XAtc "SHOW synchronous_commit" -c "SHOW listen_addresses" -c "SHOW server_encoding"'
check_eq "answers" $'1\n2\n3\n700\non\n\nUTF8' "$(cat "$out")"
nothing_left

# Its exit code is ours.
check_exit 0 "$ZDM" sandbox -- true
check_exit 7 "$ZDM" sandbox -- bash -c 'exit 7'
check_exit 137 "$ZDM" sandbox -- bash -c 'kill -9 $$'
check_exit 1 "$ZDM" sandbox -- ./no-such-program
check_has "$err" 'cannot run "./no-such-program"'
nothing_left

# Arguments arrive as they are, and stdin and stdout pass through.
check_eq "arguments" "a b|\$HOME|" "$("$ZDM" sandbox -- printf '%s|%s|%s' 'a b' '$HOME' '')"
check_eq "stdin" "hello" "$(echo hello | "$ZDM" sandbox -- cat)"

# Settings of libpq that lead elsewhere lead nowhere.
check_exit 0 env PGHOSTADDR=192.0.2.1 PGSERVICE=nowhere PGPASSFILE=/nonexistent PGSSLMODE=require \
    PGOPTIONS='-c default_transaction_read_only=on' PGPORT=1 \
    "$ZDM" sandbox -- bash -c 'psql -XAtc "CREATE TABLE t ()" && env'
check_lacks "$out" PGHOSTADDR
check_lacks "$out" PGSERVICE
check_lacks "$out" PGOPTIONS

# Settings of the server, the last of a name wins; one that it does not take is told in its words.
check_exit 0 "$ZDM" sandbox --set fsync=on --set work_mem=1MB --set work_mem=2MB -- \
    psql -XAtc 'SHOW fsync' -c 'SHOW work_mem'
check_eq "settings" $'on\n2MB' "$(cat "$out")"
check_exit 2 "$ZDM" sandbox --set 'work_mem' -- true
check_has "$err" 'write it as name=value'
check_exit 1 "$ZDM" sandbox --set work_mem=much -- true
check_has "$err" 'FATAL: invalid value for parameter'
nothing_left

# A TMPDIR that no socket fits in is not used.
long=$PWD/$(printf 'x%.0s' {1..100})
mkdir -m 1777 "$long"
check_exit 0 env TMPDIR="$long" "$ZDM" sandbox -- bash -c 'psql -XAtc "SELECT 1"; dirname "$ZDM_SANDBOX"'
check_eq "long TMPDIR" $'1\n/tmp' "$(cat "$out")"
check_exit 0 env TMPDIR="$PWD/not there" "$ZDM" sandbox -- psql -XAtc "SELECT 1"

# Setup files run in the order given.
echo 'CREATE TABLE users (id int); INSERT INTO users VALUES (1), (2);' >one.sql
printf '\xEF\xBB\xBFINSERT INTO users VALUES (3); -- after a byte order mark\n' >two.sql
: >empty.sql
check_exit 0 "$ZDM" sandbox --setup one.sql --setup empty.sql --setup two.sql -- \
    psql -XAtc 'SELECT count(*) FROM users'
check_eq "rows" 3 "$(cat "$out")"

# What is wrong in them is named with its place, the command is not run, and nothing stays.
printf '%s\n' '-- äöü' 'CREATE TABLE t (id int);' "SELECT 'é', nothing FROM t;" >wrong.sql
check_exit 1 "$ZDM" sandbox --setup one.sql --setup wrong.sql -- touch ran
check_has "$err" 'wrong.sql:3:13'
check_has "$err" 'column "nothing" does not exist'
printf '%s\n' 'CREATE TABLE t ();' '\i other.sql' >meta.sql
check_exit 1 "$ZDM" sandbox --setup meta.sql -- touch ran
check_has "$err" 'meta.sql:2:1'
check_has "$err" 'SQL only'
check_exit 2 "$ZDM" sandbox --setup one.sql --setup missing.sql -- touch ran
check_has "$err" '"missing.sql": No such file or directory'
printf 'SELECT 1;\0' >binary.sql
check_exit 2 "$ZDM" sandbox --setup binary.sql -- touch ran
check_has "$err" 'zero byte'
[ ! -e ran ]
nothing_left

# Over TCP only with the password.
check_exit 0 "$ZDM" sandbox --tcp -- bash -c '
    echo "$PGHOST"
    psql -XAtc "SELECT inet_server_addr()"
    psql -XAtc "SELECT 2" "$ZDM_DATABASE_URL"
    psql -XAtc "SELECT 3" "$DATABASE_URL"
    ! PGPASSWORD=wrong psql -wXAtc "SELECT 4" 2>&1 | grep "password authentication failed" >/dev/null ||
        echo refused'
check_eq "answers" $'127.0.0.1\n127.0.0.1\n2\n3\nrefused' "$(cat "$out")"
nothing_left
