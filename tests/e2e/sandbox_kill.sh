# However zdm ends, nothing of its sandbox stays for longer than until the next one.
source "$ZDM_SOURCE/tests/support/lib.sh"

chmod 755 . # the server's user must get to TMPDIR
export TMPDIR=$PWD/tmp
mkdir -m 1777 tmp

# start_sandbox COMMAND...: in the background; waits until it runs. Sets pid and folder.
start_sandbox() {
    rm -f at
    "$ZDM" sandbox -- bash -c 'echo "$ZDM_SANDBOX" >at.new && mv at.new at; exec "$@"' start "$@" \
        2>"$err" &
    pid=$!
    wait_for test -e at
    folder=$(cat at)
}

no_server() {
    ! pg_isready -q -h "$folder" -p 5432
}

ended() {
    local status=0
    wait "$pid" || status=$?
    check_eq "exit code" "$1" "$status"
}

psql_sleeps() {
    [ "$(psql -XAtc "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'" \
        -h "$PWD/$folder")" = 1 ]
}

# ^C and kill: removed at once.
for signal in INT TERM HUP; do
    start_sandbox sleep 1000
    kill -s $signal "$pid"
    ended 130
    check_eq "folders after $signal" "" "$(ls tmp)"
done

# At a terminal ^C is the command's: psql goes on.
mkfifo keys
script -qfec "'$ZDM' sandbox -- psql -X -P pager=off" screen <keys >/dev/null &
terminal=$!
exec {keyboard}>keys
wait_for_line screen 'postgres=#'
printf 'SELECT pg_sleep(1000);\n' >&"$keyboard"
folder=$(echo tmp/zdm-*)
wait_for psql_sleeps
printf '\003' >&"$keyboard"
wait_for_line screen 'canceling statement due to user request'
printf 'SELECT 40 + 2;\n\\q\n' >&"$keyboard"
wait "$terminal"
exec {keyboard}>&-
check_has screen ' 42'
check_eq "folders" "" "$(ls tmp)"

# Twice, with a command that does not listen: the server is gone at once, the folder at the next start.
start_sandbox bash -c 'trap "" TERM; echo >deaf; while [ -e "$ZDM_SANDBOX" ]; do sleep 0.2; done'
wait_for test -e deaf
kill -s INT "$pid"
left_at_once() {
    ! kill -s INT "$pid"
}
wait_for left_at_once
ended 130
wait_for no_server
check_eq "folder" "$(basename "$folder")" "$(ls tmp)"
"$ZDM" sandbox -- true
check_eq "folders after the sweep" "" "$(ls tmp)"

# kill -9: the kernel ends server and command, the next start removes the folder.
start_sandbox sleep 1000
kill -9 "$pid"
ended 137
wait_for no_server
check_eq "folder" "$(basename "$folder")" "$(ls tmp)"

# The sweep takes only what is ours and dead.
mkdir -m 700 tmp/zdm-foreig tmp/zdm-longer-name
touch tmp/zdm-foreig/file tmp/zdm-longer-name/zdm.lock
dead=$folder
start_sandbox sleep 1000
[ ! -e "$dead" ] || fail "the dead sandbox is still there"
"$ZDM" sandbox -- true
psql -XAtc 'SELECT 1' -h "$folder" >/dev/null || fail "the sweep stopped a living sandbox"
check_eq "folders" "$(printf '%s\n' "$(basename "$folder")" zdm-foreig zdm-longer-name | sort)" \
    "$(ls tmp | sort)"
kill -s TERM "$pid"
ended 130
rm -r tmp/zdm-foreig tmp/zdm-longer-name

# A server that outlived its zdm all the same is stopped first.
start_sandbox sleep 1000
kill -s STOP "$pid"
orphan=$(mktemp -d "$TMPDIR/zdm-XXXXXX")
cp -a "$folder/zdm.lock" "$orphan"
cp -a "$folder/data" "$orphan"
rm "$orphan/data/postmaster.pid"
chown --reference="$folder" "$orphan"
kill -s CONT "$pid"
kill -s TERM "$pid"
ended 130
as_owner=()
[ "$(id -u)" -ne 0 ] || as_owner=(setpriv --reuid="$(stat -c %u "$orphan")" \
    --regid="$(stat -c %g "$orphan")" --clear-groups)
"${as_owner[@]}" postgres -D "$orphan/data" -k "$orphan" -c listen_addresses= -p 5433 -c fsync=off \
    >orphan.log 2>&1 &
server=$!
wait_for pg_isready -q -h "$orphan" -p 5433
"$ZDM" sandbox -- true
wait "$server" || true # its log says how it ended
check_has orphan.log 'received immediate shutdown request'
check_eq "folders after the sweep" "" "$(ls tmp)"
